/** Whether somebody is told when something goes wrong. */

import { alarmsOfWords, emptySelectionAlarm, silenceAlarm, topicArn } from './deployment-names.ts';
import { fail, listed, listedUpTo, ok, warn, type Check } from './doctor-check.ts';
import type { LifecyclePlace } from './lifecycle-role.ts';
import { allPlaces } from '../policy/places.ts';
import { runningPolicies, type PolicyFile } from '../policy/policy.ts';

export interface DeployedAlarm {
  readonly name: string;
  /** OK, ALARM or INSUFFICIENT_DATA. */
  readonly state: string;
  /** What it means that it rings. */
  readonly description: string;
  readonly actionsEnabled: boolean;
  /** ARNs of what it tells. */
  readonly actions: readonly string[];
}

const MOST = 5;

/** `alarms` are those whose names begin as the deployment's do. */
export function alarmChecks(
  alarms: readonly DeployedAlarm[],
  file: PolicyFile,
  place: LifecyclePlace,
): Check[] {
  const topic = topicArn(file.deployment, place);
  const ours = alarms.filter((alarm) => !isOfAnother(alarm, topic));
  if (ours.length === 0) return [fail('alarms', 'there is none: nobody hears of a failure. Deploy again')];
  const ringing = ours.filter(({ state }) => state === 'ALARM');
  const silent = ours.filter(({ state }) => state === 'INSUFFICIENT_DATA');
  const off = ours.filter(({ actionsEnabled }) => !actionsEnabled);
  const names = new Set(ours.map((alarm) => alarm.name));
  const missing = wantedNames(file, place).filter((one) => !names.has(one));
  const elsewhere = ours.filter(({ actions }) => !actions.includes(topic));
  const good = ours.filter((one) => [ringing, silent, off, elsewhere].every((few) => !few.includes(one)));
  const name = 'alarms';
  return [
    ...(good.length === 0 ? [] : [ok(name, `${good.length} of ${ours.length} are quiet and tell the topic`)]),
    ...ringing.map((alarm) => fail(name, `${alarm.name} rings: ${alarm.description}`)),
    ...about(missing, (which) => fail(name, `missing: ${which}. Deploy again`)),
    ...about(off.map(nameOf), (which) =>
      fail(name, `switched off: ${which}. aws cloudwatch enable-alarm-actions --alarm-names … puts them on`),
    ),
    ...about(elsewhere.map(nameOf), (which) => fail(name, `not telling ${topic}: ${which}. Deploy again`)),
    ...about(silent.map(nameOf), (which) =>
      warn(name, `without data, as in the first hours of a deployment: ${which}. Run doctor again later`),
    ),
  ];
}

/** The names of deployment `prod` begin those of `prod-eu` as well. */
function isOfAnother({ actions }: DeployedAlarm, topic: string): boolean {
  return !actions.includes(topic) && actions.some((action) => action.startsWith(`${topic}-`));
}

/** Those that follow from the file: an edit that was not deployed shows in them. */
function wantedNames(file: PolicyFile, place: LifecyclePlace): string[] {
  const { deployment } = file;
  return [
    ...allPlaces(file, place).map((one) => silenceAlarm(deployment, one)),
    ...runningPolicies(file).map((policy) => emptySelectionAlarm(deployment, policy.name)),
    ...alarmsOfWords(file),
  ];
}

function nameOf({ name }: DeployedAlarm): string {
  return name;
}

function about(names: readonly string[], check: (which: string) => Check): Check[] {
  return names.length === 0 ? [] : [check(listedUpTo(MOST, names))];
}

/** Who hears of the topic. */
export interface Subscription {
  /** `email`, `sqs`, … */
  readonly protocol: string;
  readonly endpoint: string;
  readonly isConfirmed: boolean;
}

/** `subscriptions` is undefined when there is no topic. */
export function subscriptionChecks(
  subscriptions: readonly Subscription[] | undefined,
  { notify }: Pick<PolicyFile, 'notify'>,
): Check[] {
  const name = 'subscriptions';
  if (!subscriptions) return [fail(name, 'the topic of the alarms is missing: deploy again')];
  const confirmed = subscriptions.filter(({ isConfirmed }) => isConfirmed);
  const pending = subscriptions.filter(({ isConfirmed }) => !isConfirmed).map(({ endpoint }) => endpoint);
  const missing = notify.filter(
    (address) => !subscriptions.some(({ endpoint }) => isSame(endpoint, address)),
  );
  const waits =
    pending.length === 0
      ? []
      : [
          warn(
            name,
            `${listed(pending)} must confirm the e-mail that AWS sent: nothing is sent there before`,
          ),
        ];
  return [
    ...(confirmed.length === 0
      ? [
          warn(
            name,
            'the topic has no confirmed subscription: nobody is told. Add notify to policies.yml and deploy, or confirm the e-mail',
          ),
        ]
      : [
          ok(
            name,
            `${listed(confirmed.map(({ endpoint }) => endpoint))} ${confirmed.length === 1 ? 'is' : 'are'} told`,
          ),
        ]),
    ...waits,
    ...(missing.length === 0
      ? []
      : [
          fail(
            name,
            `${listed(missing)} of notify ${missing.length === 1 ? 'is' : 'are'} not subscribed: deploy again`,
          ),
        ]),
  ];
}

function isSame(endpoint: string, address: string): boolean {
  return endpoint.toLowerCase() === address.toLowerCase();
}
