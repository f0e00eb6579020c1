import type { Script } from '@aws-sdk/client-dlm';
import { presentInstance } from './console-lookup.ts';
import { count, type ScriptRun } from './dlm-run-activity.ts';
import type { BackupOrder } from './dlm-run-orders.ts';
import type { InstanceRecord } from './records.ts';
import { instanceState } from './states.ts';
import type { World } from './world.ts';

/** Amazon's own document for VSS takes the place of both scripts. */
const VSS = 'AWS_VSS_BACKUP';

/** Says what Systems Manager finds on an instance: an agent, scripts that fail, or nobody. */
export function setSsm(world: World, id: string, state: 'online' | 'failing' | 'offline'): void {
  const instance = presentInstance(world, id, ['pending', 'running', 'stopping', 'stopped']);
  instance.ssm = state === 'offline' ? undefined : state;
}

interface Guarded {
  readonly order: BackupOrder;
  readonly instance: InstanceRecord;
  readonly make: () => void;
}

/**
 * Makes a backup between the order's scripts, if it has any. False when nothing was made, as the script before it
 * failed and the policy does not want a backup without.
 */
export function withScripts(world: World, { order, instance, make }: Guarded): boolean {
  const { script, policy } = order;
  if (script === undefined) {
    make();
    return true;
  }
  const isVss = script.ExecutionHandler === VSS;
  const stages = isVss ? (['VSS'] as const) : (script.Stages ?? (['PRE', 'POST'] as const));
  const before = stages.find((stage) => stage !== 'POST');
  const job = { policyId: policy.id, instance, script };
  const isReady = before === undefined || runScript(world, job, before);
  if (!isReady && script.ExecuteOperationOnScriptFailure === false) return false;
  make();
  if (isReady && stages.some((stage) => stage === 'POST')) runScript(world, job, 'POST');
  return true;
}

interface ScriptJob {
  readonly policyId: string;
  readonly instance: InstanceRecord;
  readonly script: Script;
}

/** With its retries. An instance that is not online runs nothing, which is a failure too. */
function runScript(world: World, job: ScriptJob, stage: ScriptRun['stage']): boolean {
  const { policyId, instance, script } = job;
  const isOnline = instance.ssm !== undefined && instanceState(instance, world.now()) === 'running';
  const succeeded = isOnline && instance.ssm === 'online';
  const attempts = !isOnline ? 0 : succeeded ? 1 : 1 + (script.MaximumRetryCount ?? 0);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    world.store.scriptRuns.push({
      policyId,
      instanceId: instance.id,
      document: script.ExecutionHandler ?? '',
      stage,
      at: world.now(),
      succeeded,
    });
  }
  const name = stage === 'VSS' ? 'VSSBackup' : stage === 'PRE' ? 'PreScript' : 'PostScript';
  count(world, policyId, `${name}${succeeded ? 'Completed' : 'Failed'}`);
  return succeeded;
}
