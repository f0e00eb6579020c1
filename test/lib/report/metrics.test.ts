import { describe, expect, test } from 'vitest';
import {
  backupMetrics,
  failedRuns,
  METRICS,
  pruneMetrics,
  registerMetrics,
  type MetricRecord,
} from '../../../src/lib/report/metrics.ts';
import type { LifecycleOutcome, Outcome, OutcomeStatus } from '../../../src/lib/run/outcome.ts';
import type { Job } from '../../../src/lib/run/request.ts';
import { instant } from '../../support/points.ts';

const SCOPE = { deployment: 'prod', place: { account: '111122223333', region: 'ap-northeast-2' } };
const SLOT = instant('2026-11-22T03:00Z');

function outcome(status: OutcomeStatus, over: Partial<Outcome> = {}): Outcome {
  return { action: 'create-image', id: 'i-1', source: 'i-1', policy: 'nightly', slot: SLOT, status, ...over };
}

/** `BackupsMade nightly 2`, one line a metric. */
const lines = (records: readonly MetricRecord[]): string[] =>
  records.map(({ name, dimensions, value }) =>
    [name, ...(dimensions['policy'] === undefined ? [] : [dimensions['policy']]), value].join(' '),
  );

describe('a backup', () => {
  test('counts what it made and what failed; what is left for a later round has not failed', () => {
    const outcomes = (['done', 'done', 'already-done', 'failed', 'postponed', 'unknown'] as const).map(
      (status) => outcome(status),
    );
    expect(lines(backupMetrics(SCOPE, { policy: 'nightly', outcomes }))).toEqual([
      'BackupsMade nightly 2',
      'BackupsFailed nightly 1',
      'FailedRuns 1',
      'MissedSlots 0',
      'ExhaustedRounds 0',
    ]);
  });

  test('counts what its hooks came to, however it ended, and says nothing where there is nothing', () => {
    const outcomes = [
      outcome('done', { warning: 'only crash-consistent: …' }),
      outcome('failed', { error: '…', warning: 'post-script: …' }),
      outcome('done'),
    ];
    expect(lines(backupMetrics(SCOPE, { policy: 'nightly', outcomes }))).toContain('FailedHooks 2');
    const names = backupMetrics(SCOPE, { policy: 'nightly', outcomes: [outcome('done')] });
    expect(names.map(({ name }) => name)).not.toContain('FailedHooks');
  });

  test('in its last round counts as failed what is left', () => {
    const end = { policy: 'nightly', outcomes: [outcome('postponed')], exhausted: true };
    expect(lines(backupMetrics(SCOPE, end))).toEqual([
      'BackupsMade nightly 0',
      'BackupsFailed nightly 1',
      'FailedRuns 1',
      'MissedSlots 0',
      'ExhaustedRounds 1',
    ]);
  });

  test('says 0 of everything when all is well, so that alarms have data', () => {
    expect(lines(backupMetrics(SCOPE, { policy: 'nightly', outcomes: [] }))).toEqual([
      'BackupsMade nightly 0',
      'BackupsFailed nightly 0',
      'FailedRuns 0',
      'MissedSlots 0',
      'ExhaustedRounds 0',
    ]);
  });
});

describe('a prune', () => {
  test('counts points, not the calls that deleted them', () => {
    const outcomes = [
      outcome('done', { action: 'delete-snapshot', id: 'snap-1' }),
      outcome('done', { action: 'delete-snapshot', id: 'snap-2' }),
      outcome('done', { source: 'i-2' }),
      outcome('done', { policy: 'weekly' }),
      outcome('already-done', { source: 'i-3' }),
    ];
    expect(lines(pruneMetrics(SCOPE, { outcomes, refused: [] }))).toEqual([
      'PointsPruned nightly 2',
      'PointsPruned weekly 1',
      'FailedRuns 0',
      'RefusedPrunes 0',
      'ExhaustedRounds 0',
    ]);
  });

  test('that the guard refused is not failed but refused', () => {
    expect(lines(pruneMetrics(SCOPE, { outcomes: [], refused: ['nightly', 'weekly'] }))).toEqual([
      'FailedRuns 0',
      'RefusedPrunes 2',
      'ExhaustedRounds 0',
    ]);
  });
});

describe('a registering run', () => {
  const done: LifecycleOutcome = {
    action: 'update-lifecycle-policy',
    id: 'policy-1',
    policy: 'hourly',
    status: 'done',
  };

  test.each([
    ['well', { outcomes: [done], refused: [], errors: [] }, ['FailedRuns 0', 'LifecycleErrors 0']],
    ['refused', { outcomes: [], refused: ['hourly'], errors: [] }, ['FailedRuns 1', 'LifecycleErrors 0']],
    [
      'in ERROR',
      { outcomes: [done], refused: [], errors: ['hourly'] },
      ['FailedRuns 0', 'LifecycleErrors 1'],
    ],
    [
      'failed',
      { outcomes: [{ ...done, status: 'failed' } as const], refused: [], errors: [] },
      ['FailedRuns 1', 'LifecycleErrors 0'],
    ],
  ])('%s', (_, end, expected) => {
    expect(lines(registerMetrics(SCOPE, end))).toEqual([...expected, 'ExhaustedRounds 0']);
  });
});

describe('the list of metrics', () => {
  const key = ({ name, unit }: Pick<MetricRecord, 'name' | 'unit'>, dimensions: readonly string[]) =>
    `${name} ${unit} ${[...dimensions].sort().join(' ')}`;

  test.each<[Job, readonly MetricRecord[]]>([
    [
      'backup',
      backupMetrics(SCOPE, { policy: 'nightly', outcomes: [outcome('done', { warning: 'crash' })] }),
    ],
    ['prune', pruneMetrics(SCOPE, { outcomes: [outcome('done')], refused: [] })],
    ['register-policies', registerMetrics(SCOPE, { outcomes: [], refused: [], errors: [] })],
    ['digest', [failedRuns('prod', false)]],
  ])('holds just what %s sends', (job, records) => {
    const sent = records.map((record) => key(record, Object.keys(record.dimensions)));
    const listed = METRICS.filter(({ jobs }) => (jobs as readonly Job[]).includes(job));
    expect(sent.sort()).toEqual(listed.map((row) => key(row, row.dimensions)).sort());
  });

  test('names each metric with each set of dimensions once', () => {
    const keys = METRICS.map((row) => key(row, row.dimensions));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
