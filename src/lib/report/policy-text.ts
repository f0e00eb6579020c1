/** The policy file in words, for `validate`. */

import { formatKeep } from '../policy/keep.ts';
import { ALWAYS_ALLOWED, LATELY } from '../plan/guard.ts';
import { defaultWords, featureWords } from '../policy/dlm-feature-words.ts';
import { scheduleWords } from '../policy/dlm-words.ts';
import { isDlmPolicy, runningPolicies, type Copy, type Policy, type PolicyFile } from '../policy/policy.ts';
import { formatInstant } from '../policy/instant.ts';
import { nextSlot } from '../policy/schedule.ts';
import { isVss } from '../policy/vss-document.ts';
import { protectText } from './protect-text.ts';
import { plural, table, type Paint } from './text.ts';

const NEXT_SLOTS = 3;

/** Names, schedules with their next firings, and what is kept. `now` in ms. */
export function policyFileText(file: PolicyFile, now: number, paint: Paint): string[] {
  const running = runningPolicies(file);
  const rows = running.map((policy) => [
    policy.name,
    policy.backup,
    `${policy.schedule.text} ${policy.timezone}`,
    keepText(policy),
    isDlmPolicy(policy) && !policy.enabled
      ? 'disabled'
      : `next ${nextSlots(policy, now).map(formatInstant).join(', ')}`,
  ]);
  const retired = file.retired.map((policy) => [policy.name, 'retired', '', keepText(policy), '']);
  const title = `${plural(running.length, 'running policy').replace(/ys$/, 'ies')}, ${file.retired.length} retired; deployment ${file.deployment}, opt-in tag ${file.optInTag}`;
  return [
    paint.bold(title),
    ...table([...rows, ...retired]),
    `  prune ${file.prune.schedule.text} ${file.timezone}, refused above the largest of ${ALWAYS_ALLOWED} points, ${Math.round(file.prune.maxShare * 100)}% of a policy's and three times those made ${LATELY}`,
    ...unattendedText(file),
    ...copiesText(file),
    ...protectText(file),
    ...file.policies.flatMap(rehearseText),
    ...file.policies.flatMap(hooksText),
    ...file.dlmPolicies.flatMap((policy) => [
      `  ${policy.name} is run by DLM:`,
      ...[...scheduleWords(policy), ...featureWords(policy)].map((line) => `    ${line}`),
    ]),
    ...file.defaultPolicies.map((policy) => `  DLM's default policy: ${defaultWords(policy)}`),
  ];
}

function rehearseText({ name, timezone, rehearse }: Policy): string[] {
  if (!rehearse) return [];
  const { schedule, subnet, command, instanceType, place } = rehearse;
  const where = place ? `${subnet} of ${place.account} ${place.region}` : subnet;
  const as = instanceType === undefined ? '' : ` as ${instanceType}`;
  const runs = command === undefined ? '' : `, where it runs ${JSON.stringify(command.slice(0, 80))}`;
  return [`  rehearses ${name} ${schedule.text} ${timezone}${as} in ${where}${runs}`];
}

function hooksText({ name, backup, hooks }: Policy): string[] {
  if (!hooks) return [];
  const { document, timeout, onFailure } = hooks;
  const otherwise = onFailure === 'skip' ? 'no backup' : 'a crash-consistent backup';
  if (isVss(document))
    return [
      `  lets Windows make ${name} itself by ${document}, within ${timeout} s; where VSS fails, ${otherwise}`,
    ];
  const doubt =
    backup === 'image' ? '. Of an AMI it is not sure that it was frozen: take snapshots (docs/hooks.md)' : '';
  return [
    `  freezes ${name} by ${document}, each script within ${timeout} s; where that fails, ${otherwise}${doubt}`,
  ];
}

/** Where the Lambdas work, how hard, and whom they tell. */
function unattendedText({
  targets,
  limits,
  watch,
  notify,
  feedbackTag,
  timezone,
  optInTag,
}: PolicyFile): string[] {
  const places = targets.map(({ account, region, rolePrefix, copiesOnly }) =>
    [
      account,
      region,
      ...(rolePrefix === undefined ? [] : [`by the roles ${rolePrefix}-…`]),
      ...(copiesOnly ? ['(only takes copies)'] : []),
    ].join(' '),
  );
  return [
    `  works ${places.length === 0 ? 'where it is deployed' : `in ${places.join('; ')}`}, with ${Math.round(limits.share * 100)}% of EC2's request quotas`,
    `  watch ${watch.schedule.text}, digest ${watch.digest.text} ${timezone}${feedbackTag ? `, and the tag ${optInTag}:Status on each source` : ''}`,
    notify.length === 0
      ? '  tells nobody: without notify, alarms and the digest of a deployment reach no one'
      : `  tells ${notify.join(', ')}`,
  ];
}

/** Where each policy's backups are copied to, and how long they are kept there. */
function copiesText({ policies, replicate, timezone }: PolicyFile): string[] {
  const copied = policies.filter(({ copies }) => copies.length > 0);
  if (copied.length === 0) return [];
  return [
    `  copies as soon as they can be made, looked after ${replicate.schedule.text} ${timezone}:`,
    ...copied.flatMap(({ name, copies }) => copies.map((copy) => `    ${name} ${copyWords(copy)}`)),
  ];
}

function copyWords({ account, region, keep, encrypted, key }: Copy): string {
  const how = [
    keep === undefined ? 'kept as the policy says' : `keep ${formatKeep(keep) || 'everything'}`,
    ...(key === undefined ? (encrypted ? ['encrypted'] : []) : [`encrypted with ${key}`]),
  ];
  return `to ${region}${account === undefined ? '' : ` of account ${account}`}: ${how.join(', ')}`;
}

/** The coming slots of a policy, in ms. */
export function nextSlots(
  { schedule, timezone }: Pick<Policy, 'schedule' | 'timezone'>,
  now: number,
): number[] {
  const slots: number[] = [];
  for (let after = now; slots.length < NEXT_SLOTS;) {
    const slot = nextSlot(schedule, timezone, after);
    if (slot === undefined) break;
    slots.push(slot);
    after = slot;
  }
  return slots;
}

export function keepText({ keep }: Pick<Policy, 'keep'>): string {
  return `keep ${formatKeep(keep) || 'everything'}`;
}
