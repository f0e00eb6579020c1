import { SECOND } from './clock.ts';
import { GUEST_SCRIPTS, type GuestRun, type HookStage } from './ssm-guests.ts';
import { DELIVERING } from './ssm-invocations.ts';
import type { CommandRecord } from './ssm-records.ts';
import type { World } from './world.ts';

/** A command before it is known what comes of it. */
export type Sent = Omit<
  CommandRecord,
  'endsAt' | 'expiresAt' | 'installedAt' | 'exitCode' | 'output' | 'hook' | 'vss' | 'undelivered'
>;

/** Runs a document that freezes or thaws: what it does is what the state of its instance will be. */
export function runHook(world: World, sent: Sent): Omit<CommandRecord, keyof Sent> {
  const { guestScripts, guestRuns } = world.store;
  const scripts = guestScripts.get(sent.instanceId) ?? guestScripts.get('') ?? GUEST_SCRIPTS;
  const [stage = 'dry-run'] = sent.parameters['command'] ?? [];
  const takes = stage === 'pre-script' ? scripts.takes.pre : scripts.takes.post;
  const runs = scripts.delivery === 'at once';
  const waits = scripts.delivery === 'late' ? sent.timeout * SECOND : DELIVERING;
  const endsAt = sent.sentAt + (runs ? DELIVERING + takes : waits);
  const hook: GuestRun = {
    id: sent.id,
    // The document's allowed values are these.
    stage: stage as HookStage,
    executionId: sent.parameters['executionId']?.[0] ?? 'None',
    behaviour: scripts,
    endsAt: runs ? endsAt : undefined,
  };
  guestRuns.set(sent.instanceId, [...(guestRuns.get(sent.instanceId) ?? []), hook]);
  const end = { endsAt, exitCode: 0, output: '', hook };
  if (runs) return end;
  return { ...end, undelivered: scripts.delivery === 'late' ? 'Delivery Timed Out' : 'Undeliverable' };
}
