/** The functions of the jobs: that they are there, may run, and are handed what is in their queues. */

import { fail, listedUpTo, ok, warn, type Check } from './doctor-check.ts';

export interface DeployedMapping {
  /** A UUID. */
  readonly id: string;
  /** `Enabled`, `Disabled`, `Enabling`, … */
  readonly state: string;
}

export interface DeployedFunction {
  /** Why Lambda cannot run it, or could not take its newest code; absent when it can. */
  readonly broken?: string;
  /** SHA-256 of the policy file that it runs; absent in a deployment of an earlier version. */
  readonly policies?: string;
  /** How many of it may run at once; absent when nothing is reserved for it. */
  readonly reserved?: number;
  /** Those from the job's queue. */
  readonly mappings: readonly DeployedMapping[];
}

/** A function by its name; undefined for one that does not exist. */
export type JobFunctions = ReadonlyMap<string, DeployedFunction | undefined>;

const MOST = 5;
const OFF = new Set(['Disabled', 'Disabling', 'Deleting']);

/** `policies` is what the functions say when they run the policy file at hand. */
export function functionChecks(functions: JobFunctions, policies: string): Check[] {
  const missing = [...functions].filter(([, one]) => one === undefined).map(([name]) => name);
  const wrong = [
    ...(missing.length === 0 ? [] : [problem(`missing: ${listedUpTo(MOST, missing)}. Deploy again`)]),
    ...[...functions].flatMap(([name, one]) => (one ? problemsOf(name, one).map(problem) : [])),
  ];
  if (wrong.length === 0)
    wrong.push(ok('functions', `all ${functions.size} can run, and are handed what is in their queues`));
  return [...wrong, ...policyChecks(functions, policies)];
}

/** Whether what runs at night is what this policy file says. */
function policyChecks(functions: JobFunctions, policies: string): Check[] {
  const others = [...functions].filter(([, one]) => one !== undefined && one.policies !== policies);
  if (others.length === 0) return [ok('functions', 'they run what the policy file says')];
  const isOlder = others.every(([, one]) => one?.policies === undefined);
  const names = listedUpTo(
    MOST,
    others.map(([name]) => name),
  );
  return [
    isOlder
      ? warn(
          'functions',
          `an earlier version of ec2-backup deployed ${names}, and does not say which policy file they run: deploy again`,
        )
      : problem(
          `${names} run another policy file than this one: deploy again, or look with the one that was deployed`,
        ),
  ];
}

function problem(message: string): Check {
  return fail('functions', message);
}

function problemsOf(name: string, { broken, reserved, mappings }: DeployedFunction): string[] {
  const off = mappings.filter(({ state }) => OFF.has(state));
  return [
    ...(broken === undefined ? [] : [`${name} cannot run: ${broken}. Deploy again`]),
    ...(reserved === 0
      ? [
          `${name} may not run, as its reserved concurrency is 0: aws lambda delete-function-concurrency --function-name ${name}`,
        ]
      : []),
    ...(mappings.length === 0 ? [`${name} is not handed what is in its queue: deploy again`] : []),
    ...off.map(
      ({ id, state }) =>
        `${name} is not handed what is in its queue (${state}): aws lambda update-event-source-mapping --uuid ${id} --enabled`,
    ),
  ];
}
