/** The schedules that were deployed, compared with the policy file. */

import { hasCopies, hasRehearsals } from '../policy/places.ts';
import type { PolicyFile } from '../policy/policy.ts';
import { queueArn, queueNames } from './deployment-names.ts';
import { fail, listedUpTo, ok, type Check } from './doctor-check.ts';
import type { LifecyclePlace } from './lifecycle-role.ts';
import { isProtecting } from './plan-protect.ts';

/** A schedule of EventBridge Scheduler. */
export interface DeployedSchedule {
  readonly name: string;
  /** `cron(…)` */
  readonly expression: string;
  readonly timezone: string;
  /** ENABLED or DISABLED. */
  readonly state: string;
  /** ARN of what it starts. */
  readonly target: string;
}

interface WantedSchedule extends Omit<DeployedSchedule, 'state'> {
  readonly job: string;
}

/** What is left of rehearsals, and what is to be protected, is looked for every hour, apart from the slots of most policies. */
const SWEEP = { cron: 'cron(50 * * * ? *)' };

/** A schedule for each policy that the Lambdas run, and one for each other job. */
function wantedSchedules(file: PolicyFile, place: LifecyclePlace): WantedSchedule[] {
  const { deployment, timezone } = file;
  const others = [
    ...(hasCopies(file) ? [{ job: 'replicate', schedule: file.replicate.schedule }] : []),
    { job: 'prune', schedule: file.prune.schedule },
    { job: 'register-policies', schedule: file.registerPolicies.schedule },
    { job: 'watch', schedule: file.watch.schedule },
    { job: 'digest', schedule: file.watch.digest },
    ...(hasRehearsals(file) ? [{ job: 'rehearse', schedule: SWEEP }] : []),
    ...(file.policies.some(isProtecting) ? [{ job: 'protect', schedule: SWEEP }] : []),
  ];
  return [
    ...file.policies.map(({ name, ...policy }) => ({ ...policy, job: 'backup', name: `backup-${name}` })),
    ...file.policies.flatMap(({ name, timezone: zone, rehearse }) =>
      rehearse
        ? [{ job: 'rehearse', name: `rehearse-${name}`, schedule: rehearse.schedule, timezone: zone }]
        : [],
    ),
    ...others.map(({ job, schedule }) => ({ job, name: job, schedule, timezone })),
  ].map((one) => ({
    job: one.job,
    name: one.name,
    expression: one.schedule.cron,
    timezone: one.timezone,
    target: queueArn(queueNames(deployment, one.job).requests, place),
  }));
}

export function scheduleChecks(
  deployed: readonly DeployedSchedule[],
  file: PolicyFile,
  place: LifecyclePlace,
): Check[] {
  const wanted = wantedSchedules(file, place);
  const byName = new Map(deployed.map((schedule) => [schedule.name, schedule]));
  const names = new Set(wanted.map(({ name }) => name));
  const wrong = wanted.flatMap((one) => {
    const problem = problemOf(byName.get(one.name), one);
    return problem === undefined ? [] : [fail('schedules', problem)];
  });
  const left = deployed.map(({ name }) => name).filter((name) => !names.has(name));
  const good = wanted.length - wrong.length;
  return [
    ...(good === 0 ? [] : [ok('schedules', `${good} of ${wanted.length} are as the policy file says`)]),
    ...wrong,
    ...(left.length === 0
      ? []
      : [
          fail(
            'schedules',
            `${listedUpTo(10, left)} ${left.length === 1 ? 'is' : 'are'} not in the policy file: deploy again`,
          ),
        ]),
  ];
}

function problemOf(schedule: DeployedSchedule | undefined, wanted: WantedSchedule): string | undefined {
  const { name } = wanted;
  if (!schedule) return `${name} is missing: deploy again`;
  const { expression, timezone, target, state } = schedule;
  if (expression !== wanted.expression || timezone !== wanted.timezone) {
    return `${name} runs ${expression} ${timezone}, the file says ${wanted.expression} ${wanted.timezone}: deploy again`;
  }
  if (target !== wanted.target) return `${name} starts ${target}, expected ${wanted.target}: deploy again`;
  if (state !== 'ENABLED') return `${name} is ${state}: enable it in EventBridge Scheduler`;
  return undefined;
}
