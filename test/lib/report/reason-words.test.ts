import { expect, test } from 'vitest';
import { reasonSentence } from '../../../src/lib/report/reason-words.ts';

test.each([
  ['daily 3/7', 'it is the newest of its day: number 3 of the 7 days that are kept, counted from the newest'],
  ['last 2/3', 'it is number 2 of the newest 3, counted from the newest'],
  ['last all', 'every backup is kept'],
  ['yearly all', 'it is the newest of its year, and that of every year is kept'],
  ['oldest monthly', 'it is the oldest there is, and monthly is not used up'],
  ['within 2d', 'it is less than 2d older than the newest'],
  ['weekly within 1y', 'it is the newest of its week, and less than 1y older than the newest'],
  ['oldest daily within 30d', 'it is the oldest there is, and daily within 30d is not used up'],
  ['last good of i-1', 'it is the newest good backup of i-1, and that is never pruned'],
  ['held: audit: "2026"\nand on', 'somebody holds it: audit: "2026"\nand on'],
  ['in use by arn:aws:ec2:x', 'arn:aws:ec2:x uses it'],
  ['in use: could not be checked', 'whether something uses, locks or still holds it could not be checked'],
  ['being copied: could not be checked', 'whether it is being copied could not be checked'],
  ['locked until (EC2 does not say)', 'a lock of EC2 stands against deleting it until (EC2 does not say)'],
  [
    'disabled, deregistered after 2026-11-22T03:00:00Z',
    'no rule keeps it; its AMI is disabled, and deregistered after 2026-11-22T03:00:00Z unless somebody misses it',
  ],
  ['no rule keeps it', 'no rule of its policy keeps it any more'],
  ['policy old not in the file', 'old is not in the policy file, so nothing says how long to keep it'],
  ['failed for over 24 h', 'it failed more than 24 hours ago'],
])('%j', (reason, sentence) => {
  expect(reasonSentence(reason)).toBe(sentence);
});

test.each(['bad Backup:Keep: dayly=3', 'maps snap-1, which is not of this deployment', 'something new', ''])(
  'a reason without words of its own is told as it is, never left out: %j',
  (reason) => {
    expect(reasonSentence(reason)).toBe(reason);
  },
);
