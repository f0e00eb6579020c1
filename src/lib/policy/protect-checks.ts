/** What lock, protect, archiveAfter, deprecateAfter, share and removal say against other words of a policy. */

import { fixedText } from './fixed-duration.ts';
import { keepSchema } from './keep-schema.ts';
import { keptSpans } from './kept-spans.ts';
import type { Policy } from './policy.ts';
import { archiveSchema, lockSchema } from './protect-schema.ts';
import { parseSchedule } from './schedule.ts';
import { isDlm, isMap, wordOf } from './written.ts';
import type { Finding, Path } from './yaml-source.ts';

const DAY = 86_400_000;
/** EC2 bills at least as many days of the archive. */
const SHORTEST_ARCHIVE = 90 * DAY;

/** The problems of a policy that the Lambdas run, read as it was written. */
export function checkProtect(path: Path, policy: unknown, targets: unknown): readonly Finding[] {
  if (!isMap(policy) || isDlm(policy) !== false) return [];
  return [
    ...checkKinds(path, policy),
    ...checkCoolOff([...path, 'lock'], wordOf(policy, 'lock')),
    ...checkArchive(path, policy),
    ...checkShare([...path, 'share'], wordOf(policy, 'share'), targets),
  ];
}

/** The kinds of backup of which a word says something, and why not of others. */
const KINDS: readonly (readonly [word: string, kinds: readonly string[], why: string])[] = [
  ['protect', ['image'], 'only AMIs are protected from deregistration'],
  ['deprecateAfter', ['image'], 'only AMIs are deprecated'],
  ['removal', ['image'], 'only AMIs are disabled'],
  ['archiveAfter', ['snapshots', 'volume'], 'EC2 archives no snapshot of an AMI that is enabled'],
];

function checkKinds(path: Path, policy: object): readonly Finding[] {
  const backup = wordOf(policy, 'backup');
  if (backup !== 'image' && backup !== 'snapshots' && backup !== 'volume') return [];
  return KINDS.filter(([word, kinds]) => wordOf(policy, word) !== undefined && !kinds.includes(backup)).map(
    ([word, kinds, why]) => ({
      path: [...path, word],
      message: `${word} is not for backup: ${backup}, expected only with backup: ${kinds.join(' or ')}: ${why}`,
      at: 'key',
    }),
  );
}

function checkCoolOff(path: Path, lock: unknown): readonly Finding[] {
  if (wordOf(lock, 'coolOff') === undefined || wordOf(lock, 'mode') !== 'governance') return [];
  const message =
    'given with mode: governance, expected only with mode: compliance; leave it out: that lock can be undone at any time';
  return [{ path: [...path, 'coolOff'], message, at: 'key' }];
}

/** As far as the words can be read: what is wrong with each alone is said by the schema. */
function checkArchive(path: Path, policy: object): readonly Finding[] {
  const after = archiveSchema.safeParse(wordOf(policy, 'archiveAfter')).data;
  const written = wordOf(policy, 'schedule');
  const schedule = typeof written === 'string' ? parseSchedule(written) : undefined;
  const keep = keepSchema.safeParse(wordOf(policy, 'keep')).data;
  if (after === undefined || !schedule?.ok || !keep || wordOf(policy, 'backup') === 'image') return [];
  const lock = lockSchema.safeParse(wordOf(policy, 'lock')).data;
  const longest = Math.max(keptSpans(schedule.value, keep).longest, lock?.for ?? 0);
  if (longest >= after + SHORTEST_ARCHIVE) return [];
  const message =
    `archiveAfter is ${fixedText(after)}, but nothing is kept for longer than ${spanText(longest)}, expected at least ` +
    `${fixedText(after + SHORTEST_ARCHIVE)}: EC2 bills 90 days of the archive at least; keep longer, archive sooner or not at all`;
  return [{ path: [...path, 'archiveAfter'], message, at: 'value' }];
}

/** An account shares nothing with itself. Without targets nobody knows yet which that is. */
function checkShare(path: Path, share: unknown, targets: unknown): readonly Finding[] {
  if (!Array.isArray(share) || !Array.isArray(targets)) return [];
  const sources = targets.filter((target) => wordOf(target, 'copiesOnly') !== true);
  const [own, ...others] = new Set(sources.map((target) => wordOf(target, 'account')));
  // Of several, each may share with the others.
  if (typeof own !== 'string' || others.length > 0) return [];
  const index = share.indexOf(own);
  if (index === -1) return [];
  const message = `${own} is the account that the backups are made in, expected other accounts`;
  return [{ path: [...path, index], message, at: 'value' }];
}

type Protected = Pick<
  Policy,
  'keep' | 'schedule' | 'lock' | 'archiveAfter' | 'deprecateAfter' | 'share' | 'removal'
>;

/** What may be meant, but had better be known: a sentence each. */
export function protectAdvice(policy: Protected): readonly string[] {
  return [...lockAdvice(policy), ...archiveAdvice(policy), ...deprecateAdvice(policy)];
}

function lockAdvice({ lock, schedule, keep }: Protected): readonly string[] {
  if (!lock) return [];
  const { mode, coolOff } = lock;
  const length = fixedText(lock.for);
  const advice: string[] = [];
  if (mode === 'compliance') {
    const undo =
      coolOff === undefined
        ? 'from the moment it is locked'
        : `from ${coolOff} ${coolOff === 1 ? 'hour' : 'hours'} after it was locked`;
    advice.push(
      `locks in compliance mode: ${undo}, nobody can undo it or delete a snapshot until ${length} after its slot, and all of it is paid for`,
    );
  }
  const { shortest, longest } = keptSpans(schedule, keep);
  if (lock.for > longest) {
    advice.push(`every backup stays at least ${length}, longer than keep says (${spanText(longest)})`);
  } else if (lock.for > shortest) {
    advice.push(
      `every backup stays at least ${length}, longer than keep says of some (${spanText(shortest)})`,
    );
  }
  return advice;
}

function archiveAdvice({
  archiveAfter: after,
  share = [],
  lock,
  schedule,
  keep,
}: Protected): readonly string[] {
  if (after === undefined) return [];
  const kept = keptSpans(schedule, keep).spans.map((span) => Math.max(span, lock?.for ?? 0));
  const short = kept.find((span) => span > after && span < after + SHORTEST_ARCHIVE);
  return [
    ...(short === undefined
      ? []
      : [
          `archives after ${fixedText(after)}, but keeps some for only ${spanText(short)}: EC2 bills 90 days of the archive at least`,
        ]),
    ...(share.length === 0 ? [] : ['what is archived is no longer shared']),
  ];
}

function deprecateAdvice({
  deprecateAfter: after,
  lock,
  removal,
  schedule,
  keep,
}: Protected): readonly string[] {
  if (after === undefined) return [];
  const longest = Math.max(keptSpans(schedule, keep).longest, lock?.for ?? 0) + (removal?.disableFor ?? 0);
  if (after <= longest) return [];
  return [
    `deprecates after ${fixedText(after)}, but nothing is kept for longer than ${spanText(longest)}: nothing is ever deprecated`,
  ];
}

/** `7 days`, `1 hour`. */
function spanText(span: number): string {
  const [count, unit] = span < 2 * DAY ? [span / 3_600_000, 'hour'] : [span / DAY, 'day'];
  const whole = Math.floor(count);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}
