import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestLetter } from '../../../src/lib/report/digest-text.ts';
import type { DigestPlan } from '../../../src/lib/run/digest.ts';
import { FINDING_KINDS, type FindingKind } from '../../../src/lib/run/watch-findings.ts';
import type { Cut, PlaceReport } from '../../../src/lib/run/watch-report.ts';
import { instant, NOW, policyFile } from '../../support/points.ts';

const SEOUL = { account: '111122223333', region: 'ap-northeast-2' };
const FILE = policyFile();

type Found = Partial<Record<FindingKind, { count: number; text?: string }>>;

function report(found: Found = {}, over: Partial<PlaceReport> = {}): PlaceReport {
  const cut = (kind: FindingKind): Cut => {
    const { count = 0, text = 'why' } = found[kind] ?? {};
    const first = Array.from({ length: Math.min(count, 200) }, (_, index) => ({
      id: `${kind}-${index}`,
      text,
    }));
    return { count, first };
  };
  return {
    version: 1,
    deployment: 'prod',
    place: SEOUL,
    at: '2026-11-22T11:40:00Z',
    sources: 42,
    backedUp: 42,
    starting: 0,
    policies: [{ policy: 'daily-ami', sources: 42, fresh: 42, missed: 0, points: 294, oldestAge: 32_400 }],
    byDlm: [],
    askedAgain: [],
    findings: Object.fromEntries(FINDING_KINDS.map((kind) => [kind, cut(kind)])) as Record<FindingKind, Cut>,
    ...over,
  };
}

function letter(reports: readonly PlaceReport[], over: Partial<DigestPlan> = {}) {
  return digestLetter({ now: NOW, reports, silent: [], unreadable: 0, handles: [], ...over }, FILE);
}

describe('the subject', () => {
  test.each<[string, readonly PlaceReport[], Partial<DigestPlan>, string]>([
    ['all well', [report()], {}, 'ec2-backup prod: all 42 sources backed up'],
    [
      'one source',
      [report({}, { sources: 1, backedUp: 1 })],
      {},
      'ec2-backup prod: the one source is backed up',
    ],
    [
      'new ones',
      [report({}, { backedUp: 40, starting: 2 })],
      {},
      'ec2-backup prod: 40 of 42 sources backed up, 2 new',
    ],
    [
      'the worst first',
      [report({ refused: { count: 1 }, stale: { count: 2 } })],
      {},
      'ec2-backup prod: 2 stale sources, 1 refused prune',
    ],
    [
      'what can wait is not in it',
      [report({ leftover: { count: 3 } })],
      {},
      'ec2-backup prod: all 42 sources backed up',
    ],
    [
      'of all places together',
      [report({ stale: { count: 1 } }), report({ stale: { count: 1 } })],
      {},
      'ec2-backup prod: 2 stale sources',
    ],
    [
      'silence before all else',
      [report({ stale: { count: 1 } })],
      { silent: [{ place: SEOUL }, { place: SEOUL }] },
      'ec2-backup prod: no word from 2 places, 1 stale source',
    ],
    [
      'as much as there is room for',
      [report(Object.fromEntries(FINDING_KINDS.map((kind) => [kind, { count: 1000 }])))],
      {},
      'ec2-backup prod: 1000 sources never backed up, 1000 stale sources, 1000 refused prunes, ...',
    ],
  ])('%s', (_, reports, over, expected) => {
    expect(letter(reports, over).subject).toBe(expected);
  });

  test('is what SNS takes, and so is the body, whatever was found', () => {
    const found = fc.dictionary(
      fc.constantFrom(...FINDING_KINDS),
      fc.record({ count: fc.nat(2_000_000), text: fc.string({ unit: 'grapheme', maxLength: 300 }) }),
    );
    fc.assert(
      fc.property(fc.array(found, { maxLength: 30 }), fc.nat(200), (all, silent) => {
        const { subject, body } = letter(
          all.map((one) => report(one)),
          {
            silent: Array.from({ length: silent }, () => ({ place: SEOUL, lastWord: instant('2026-11-20') })),
          },
        );
        expect(subject).toMatch(/^ec2-backup prod: [ -~]{1,83}$/);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(262_144);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the body', () => {
  test('has a row a policy over all places, and a row a place', () => {
    const tokyo = { account: '444455556666', region: 'ap-northeast-1' };
    const { body } = letter([report(), report({}, { place: tokyo, backedUp: 41 })]);
    expect(body).toContain(`Policies
  policy     sources  backed up  missed  backups kept  furthest behind  next slot
  daily-ami  84       84         0       588           9 h              2026-11-23 03:00 UTC

Places
  place                        sources  backed up  measured
  111122223333 ap-northeast-2  42       42         2026-11-22 11:40 UTC
  444455556666 ap-northeast-1  42       41         2026-11-22 11:40 UTC
`);
  });

  test('shows what others wrote so that it cannot move the cursor', () => {
    expect(letter([report({ 'bad-tags': { count: 1, text: 'tag \u001b[2J' } })]).body).toContain(
      'bad-tags-0: tag \\u001b[2J\n',
    );
  });
});
