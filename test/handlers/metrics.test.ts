import { afterEach, expect, test, vi } from 'vitest';
import { writeMetrics } from '../../src/handlers/metrics.ts';
import { metric } from '../../src/lib/report/metrics.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('writes CloudWatch’s embedded format: a line a set of dimensions, and no dimension that no alarm looks at', () => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  const place = { account: '111122223333', region: 'ap-northeast-2' };
  writeMetrics([
    metric('FailedRuns', 1, { deployment: 'prod' }),
    metric('Watched', 1, { deployment: 'prod', ...place }),
    metric('MissedSlots', 0, { deployment: 'prod' }),
    metric('OldestAge', 7200, { deployment: 'prod', policy: 'nightly', ...place }),
  ]);
  vi.restoreAllMocks();
  const written = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(written.map(({ _aws, ...rest }) => rest)).toEqual([
    { deployment: 'prod', FailedRuns: 1, MissedSlots: 0 },
    { deployment: 'prod', ...place, Watched: 1 },
    { deployment: 'prod', policy: 'nightly', ...place, OldestAge: 7200 },
  ]);
  const directives = written.map(({ _aws }) => (_aws as { CloudWatchMetrics: unknown[] }).CloudWatchMetrics);
  expect(directives).toEqual([
    [
      {
        Namespace: 'ec2-backup',
        Dimensions: [['deployment']],
        Metrics: [
          { Name: 'FailedRuns', Unit: 'Count' },
          { Name: 'MissedSlots', Unit: 'Count' },
        ],
      },
    ],
    [
      {
        Namespace: 'ec2-backup',
        Dimensions: [['deployment', 'account', 'region']],
        Metrics: [{ Name: 'Watched', Unit: 'Count' }],
      },
    ],
    [
      {
        Namespace: 'ec2-backup',
        Dimensions: [['deployment', 'policy', 'account', 'region']],
        Metrics: [{ Name: 'OldestAge', Unit: 'Seconds' }],
      },
    ],
  ]);
});
