import { defaultPolicyProblems } from './default-policies.ts';
import { checkCopies } from './copy-checks.ts';
import { checkEngine } from './engine-checks.ts';
import { checkHooks } from './hooks-schema.ts';
import { checkProtect } from './protect-checks.ts';
import { checkRehearse } from './rehearse-checks.ts';
import { parseSchedule, gapProblem } from './schedule.ts';
import { checkTargets } from './target-checks.ts';
import { checkRests } from './watch-checks.ts';
import { POLICY_NAME, POLICY_NAME_EXPECTED } from './schema.ts';
import { show } from './schema-words.ts';
import { entriesOf, isDlm, isMap, wordOf, type Entry } from './written.ts';
import type { Finding, Path } from './yaml-source.ts';
import { parseTimeZone } from './zone-name.ts';

/**
 * What the schema cannot say: rules about names, and about two words at once. Reads the file as it was written, so
 * that these problems are reported beside those of the schema, and takes no shape for granted.
 */
export function checkFile(file: unknown): readonly Finding[] {
  const policies = entriesOf(file, 'policies');
  const retired = entriesOf(file, 'retired');
  return [
    ...checkSomething(file),
    ...policies.flatMap(([name]) => checkName(['policies', name])),
    ...retired.flatMap(([name]) => checkName(['retired', name])),
    ...checkTwice(new Set(policies.map(([name]) => name)), retired),
    ...policies.flatMap(([name, policy]) => [
      ...checkReboot(['policies', name], policy),
      // Of a zone with daylight saving, DLM takes what it does not move: such a schedule has no gap.
      ...(isDlm(policy)
        ? []
        : checkGap(['policies', name, 'schedule'], wordOf(policy, 'schedule'), zoneOf(policy, file))),
      ...checkEngine(['policies', name], policy, {
        timezone: zoneOf(policy, file),
        optInTag: optInTagOf(file),
      }),
      ...checkTags(['policies', name, 'select'], wordOf(policy, 'select')),
      ...checkGap(
        ['policies', name, 'rehearse', 'schedule'],
        wordOf(wordOf(policy, 'rehearse'), 'schedule'),
        zoneOf(policy, file),
      ),
      ...checkRehearse(['policies', name], policy, wordOf(file, 'targets')),
      ...checkHooks(['policies', name], policy),
      ...checkProtect(['policies', name], policy, wordOf(file, 'targets')),
    ]),
    ...defaultPolicyProblems(wordOf(file, 'defaultPolicies')).map(({ path, message }): Finding => ({
      path: ['defaultPolicies', ...path],
      message,
      at: 'value',
    })),
    ...JOB_SCHEDULES.flatMap(([job, word]) =>
      checkGap([job, word], wordOf(wordOf(file, job), word), zoneOf(file)),
    ),
    ...['watch', 'replicate'].flatMap((job) =>
      checkRests([job, 'schedule'], wordOf(wordOf(file, job), 'schedule'), zoneOf(file)),
    ),
    ...checkTargets(wordOf(file, 'targets')),
    ...checkCopies(file),
  ];
}

/** The schedules of what is not a policy, all in the file's zone. */
const JOB_SCHEDULES = [
  ['prune', 'schedule'],
  ['registerPolicies', 'schedule'],
  ['replicate', 'schedule'],
  ['watch', 'schedule'],
  ['watch', 'digest'],
] as const;

function checkSomething(file: unknown): readonly Finding[] {
  if (!isMap(file)) return [];
  const given = ['policies', 'retired', 'defaultPolicies']
    .map((word) => wordOf(file, word))
    .filter((map) => map !== undefined);
  if (given.some((map) => !isMap(map) || Object.keys(map).length > 0)) return [];
  return [
    {
      path: ['policies'],
      message: 'no policy at all, expected at least one in policies, retired or defaultPolicies',
      at: 'key',
    },
  ];
}

function checkName(path: readonly [string, string]): readonly Finding[] {
  // readYaml reports __proto__.
  if (POLICY_NAME.test(path[1]) || path[1] === '__proto__') return [];
  return [
    { path, message: `${show(path[1])} is not a policy name, expected ${POLICY_NAME_EXPECTED}`, at: 'key' },
  ];
}

function checkTwice(running: ReadonlySet<string>, retired: readonly Entry[]): readonly Finding[] {
  return retired
    .filter(([name]) => running.has(name))
    .map(([name]) => ({
      path: ['retired', name],
      message: `${show(name)} is also in policies, expected it in one of the two`,
      at: 'key',
    }));
}

function checkReboot(path: Path, policy: unknown): readonly Finding[] {
  const backup = wordOf(policy, 'backup');
  if (wordOf(policy, 'reboot') !== true || (backup !== 'snapshots' && backup !== 'volume')) return [];
  const message = `true, expected only with backup: image (this is backup: ${backup}, which never stops an instance)`;
  return [{ path: [...path, 'reboot'], message, at: 'value' }];
}

function checkGap(path: Path, schedule: unknown, zone: string | undefined): readonly Finding[] {
  const parsed = typeof schedule === 'string' ? parseSchedule(schedule) : undefined;
  const message = parsed?.ok && zone !== undefined ? gapProblem(parsed.value, zone) : undefined;
  return message === undefined ? [] : [{ path, message, at: 'value' }];
}

function checkTags(path: Path, select: unknown): readonly Finding[] {
  const findings: Finding[] = [];
  const tags = wordOf(select, 'tags');
  if (isMap(tags) && Object.keys(tags).length === 0) {
    findings.push({ path: [...path, 'tags'], message: 'no tag, expected at least one tag key', at: 'key' });
  }
  for (const part of ['tags', 'exclude']) {
    for (const [key] of entriesOf(select, part)) {
      if (key.length >= 1 && key.length <= 128) continue;
      const message = `a tag key of ${key.length} characters, expected 1 to 128`;
      findings.push({ path: [...path, part, key], message, at: 'key' });
    }
  }
  return findings;
}

function optInTagOf(file: unknown): string {
  const tag = wordOf(file, 'optInTag');
  return typeof tag === 'string' ? tag : 'Backup';
}

/** The first zone that is written; undefined when it is no zone, which the schema reports. */
function zoneOf(...holders: readonly unknown[]): string | undefined {
  const zone =
    holders.map((holder) => wordOf(holder, 'timezone')).find((name) => name !== undefined) ?? 'UTC';
  return typeof zone === 'string' && parseTimeZone(zone).ok ? zone : undefined;
}
