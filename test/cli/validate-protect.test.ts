/** What `validate` says of the words that protect, age and share backups. */

import { expect, test } from 'vitest';
import { parseJson } from './answers.ts';
import { fileWith, run } from './fake-shell.ts';

const FILE = `
version: 1
deployment: prod
policies:
  amis:
    backup: image
    schedule: every 24 hours
    keep: { last: 7 }
    lock: { mode: compliance, for: 30d, coolOff: 24h }
    protect: true
    deprecateAfter: 36h
    share: ["444455556666", "777788889999"]
    removal: { disableFor: 7d }
  books: { backup: volume, schedule: every 24 hours, keep: { within: 1y }, archiveAfter: 4w, share: [] }
  disks: { backup: volume, schedule: every 24 hours, keep: { last: 7 } }
  loose: { backup: image, schedule: every 24 hours, keep: { last: 7 }, protect: false }
`;

const COMPLIANCE =
  'locks in compliance mode: from 24 hours after it was locked, nobody can undo it or delete a snapshot until 30d after its slot, and all of it is paid for';
const LONGER = 'every backup stays at least 30d, longer than keep says (7 days)';

test('protection is said in words, and what had better be known of it after everything else', async () => {
  const file = await fileWith(FILE);
  const { code, out } = await run(['validate', '--policies', file]);
  expect(code).toBe(0);
  expect(out.slice(out.indexOf('  amis: '))).toBe(
    `  amis: locked for 30d (compliance, to be undone for 24h); protected from deregistration until it is pruned; deprecated after 1d12h; shared with 444455556666, 777788889999; disabled for 7d before it is deregistered
  books: archived after 28d; shared with no account
  loose: not protected from deregistration
Take note (2)
  amis    ${COMPLIANCE}
  amis    ${LONGER}
`,
  );
});

test('as JSON the words are as in the file, and warnings are beside those of Regions', async () => {
  const file = await fileWith(`${FILE}targets: [{ account: "111122223333", region: eu-west-11 }]\n`);
  const { code, out } = await run(['validate', '--policies', file, '--json']);
  expect(code).toBe(0);
  const answer = parseJson<{
    readonly valid: boolean;
    readonly policies: readonly Readonly<Record<string, unknown>>[];
    readonly warnings: readonly { readonly id: string; readonly reason: string }[];
  }>(out);
  expect(answer.valid).toBe(true);
  expect(answer.policies).toMatchObject([
    {
      lock: { mode: 'compliance', for: '30d', coolOff: '24h' },
      protect: true,
      deprecateAfter: '1d12h',
      share: ['444455556666', '777788889999'],
      removal: { disableFor: '7d' },
    },
    { archiveAfter: '28d', share: [] },
    {},
    { protect: false },
  ]);
  const words = ['lock', 'protect', 'archiveAfter', 'deprecateAfter', 'share', 'removal'];
  expect(words.filter((word) => word in (answer.policies[2] ?? {}))).toEqual([]);
  expect(answer.warnings.map(({ id }) => id)).toEqual(['targets', 'amis', 'amis']);
  expect(answer.warnings.slice(1).map(({ reason }) => reason)).toEqual([COMPLIANCE, LONGER]);
});

test('what contradicts itself is refused with its line', async () => {
  const file = await fileWith(
    FILE.replace('keep: { within: 1y }, archiveAfter', 'keep: { last: 9 }, archiveAfter'),
  );
  const { code, notes } = await run(['validate', '--policies', file]);
  expect(code).toBe(2);
  expect(notes).toContain(
    `${file}:14:87 policies.books.archiveAfter: archiveAfter is 28d, but nothing is kept for longer than 9 days, expected at least 118d`,
  );
});
