/** The reasons of verdicts as sentences. A reason that has none here is a sentence already, and is told as it is. */

const PERIODS: Readonly<Record<string, string>> = {
  hourly: 'hour',
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  yearly: 'year',
};

/** Patterns are tried in this order; each is a whole reason. */
const SENTENCES: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^last all$/, () => 'every backup is kept'],
  [/^last (\d+)\/(\d+)$/, (nth, of) => `it is number ${nth} of the newest ${of}, counted from the newest`],
  [
    /^(hourly|daily|weekly|monthly|yearly) all$/,
    (rule) => `it is the newest of its ${periodOf(rule)}, and that of every ${periodOf(rule)} is kept`,
  ],
  [
    /^(hourly|daily|weekly|monthly|yearly) (\d+)\/(\d+)$/,
    (rule, nth, of) =>
      `it is the newest of its ${periodOf(rule)}: number ${nth} of the ${of} ${periodOf(rule)}s that are kept, counted from the newest`,
  ],
  [/^within (.+)$/, (span) => `it is less than ${span} older than the newest`],
  [
    /^(hourly|daily|weekly|monthly|yearly) within (.+)$/,
    (rule, span) => `it is the newest of its ${periodOf(rule)}, and less than ${span} older than the newest`,
  ],
  [/^oldest (.+)$/, (rule) => `it is the oldest there is, and ${rule} is not used up`],
  [/^last good of (\S+)$/, (source) => `it is the newest good backup of ${source}, and that is never pruned`],
  [/^held: (.*)$/s, (why) => `somebody holds it: ${why}`],
  [/^in use by (.+)$/s, (user) => `${user} uses it`],
  [
    /^in use: could not be checked$/,
    () => 'whether something uses, locks or still holds it could not be checked',
  ],
  [/^being copied: could not be checked$/, () => 'whether it is being copied could not be checked'],
  [/^being copied$/, () => 'it is being copied to another place'],
  [/^to be copied to (.+)$/, (where) => `it is still to be copied to ${where}`],
  [/^locked until (.+)$/, (date) => `a lock of EC2 stands against deleting it until ${date}`],
  [/^deregistration protected$/, () => 'its AMI is protected from deregistration'],
  [/^in the Recycle Bin$/, () => 'a backup of its name is in the Recycle Bin'],
  [/^AMI in the Recycle Bin$/, () => 'its AMI is in the Recycle Bin, and may be taken out again'],
  [/^pending$/, () => 'it is still being made'],
  [/^failed$/, () => 'it failed, and is cleaned up 24 hours after its slot'],
  [
    /^not application-consistent$/,
    () =>
      'VSS does not say that it is application-consistent: it counts for nothing, and goes when it would go if it were good',
  ],
  [/^failed for over 24 h$/, () => 'it failed more than 24 hours ago'],
  [/^disabled$/, () => 'somebody disabled its AMI, and it is left to them'],
  [/^incomplete$/, () => 'a part of it is missing: somebody took it apart, and it is left to them'],
  [/^in the future$/, () => 'its slot has not come yet: a clock was wrong'],
  [/^no rules$/, () => 'its policy has no rules, and so keeps everything'],
  [
    /^policy (\S+) not in the file$/,
    (name) => `${name} is not in the policy file, so nothing says how long to keep it`,
  ],
  [/^duplicate of slot$/, () => 'another good backup of the same slot was made before it'],
  [/^slot not over$/, () => 'its slot can still be asked for, so it would be made anew'],
  [/^no rule keeps it$/, () => 'no rule of its policy keeps it any more'],
  [/^to be disabled first$/, () => 'no rule keeps it; its AMI is disabled first, and deregistered later'],
  [
    /^disabled, deregistered after (.+)$/,
    (date) =>
      `no rule keeps it; its AMI is disabled, and deregistered after ${date} unless somebody misses it`,
  ],
  [
    /^enabled again after it was disabled$/,
    () => 'no rule keeps it, but somebody has enabled its AMI again, so it stays',
  ],
  [
    /^refused: (.+)$/s,
    (why) => `no rule keeps it, but the guard refuses the prune of its policy as a whole: ${why}`,
  ],
];

export function reasonSentence(reason: string): string {
  for (const [pattern, words] of SENTENCES) {
    const match = pattern.exec(reason);
    if (match) return words(...match.slice(1));
  }
  return reason;
}

function periodOf(rule = ''): string {
  return PERIODS[rule] ?? rule;
}
