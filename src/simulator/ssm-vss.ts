/** What an agent on Windows does by Amazon's documents for VSS: it makes the snapshots itself, and tags them twice. */

import { MINUTE, SECOND } from './clock.ts';
import { createSnapshots } from './create-snapshots.ts';
import { SimulatedServiceError } from './errors.ts';
import type { InstanceRecord, SnapshotRecord } from './records.ts';
import type { Sent } from './ssm-hooks.ts';
import { DELIVERING } from './ssm-invocations.ts';
import type { CommandRecord } from './ssm-records.ts';
import { readVssTags } from './ssm-vss-document.ts';
import { instanceState } from './states.ts';
import { checkTags } from './tags.ts';
import { BY_A_SERVICE, type World } from './world.ts';

/** How it goes on one instance, or on all. */
export interface VssBehaviour {
  /** `crash`: the freeze fails, and the snapshots are made all the same; `none`: it fails before any is made. */
  readonly makes: 'application' | 'crash' | 'none';
  /** What AppConsistent is of those that are not. */
  readonly marks: 'False' | 'nothing';
  /** Volumes that it makes none of. */
  readonly leavesOut: readonly string[];
  /** How the command ends where nothing fails, but that the set may be only crash-consistent. */
  readonly ends: 'Success' | 'Failed' | 'Execution Timed Out';
  /** ms until the snapshots are made, from then until they are tagged, and from then to the command's end. */
  readonly takes: { readonly create: number; readonly tag: number; readonly end: number };
  /** `late`: commands never arrive; `refused`: they are undeliverable. */
  readonly delivery: 'at once' | 'late' | 'refused';
  /** ms after it was sent a command that has not ended expires, while Windows goes on. */
  readonly expires: number;
}

export const VSS_BEHAVIOUR: VssBehaviour = {
  makes: 'application',
  marks: 'False',
  leavesOut: [],
  ends: 'Success',
  takes: { create: MINUTE, tag: 5 * SECOND, end: 10 * SECOND },
  delivery: 'at once',
  expires: Infinity,
};

/** One run of such a document. */
export interface VssRun {
  exitCode: number;
  readonly timedOut: boolean;
}

const UNDELIVERED = { late: 'Delivery Timed Out', refused: 'Undeliverable' } as const;

export function runVss(world: World, instance: InstanceRecord, sent: Sent): Omit<CommandRecord, keyof Sent> {
  const { vssBehaviours, agents } = world.store;
  const behaviour = vssBehaviours.get(sent.instanceId) ?? vssBehaviours.get('') ?? VSS_BEHAVIOUR;
  const { takes, delivery } = behaviour;
  if (delivery !== 'at once') {
    const waits = delivery === 'late' ? sent.timeout * SECOND : DELIVERING;
    return { endsAt: sent.sentAt + waits, exitCode: 0, output: '', undelivered: UNDELIVERED[delivery] };
  }
  const begins = sent.sentAt + DELIVERING;
  // The document's steps are for Windows only: elsewhere all are skipped, which is a success.
  if ((instance.agentPlatform ?? agents.platform) !== 'Windows')
    return { endsAt: begins, exitCode: 0, output: '' };
  const isFailed = behaviour.makes === 'none' || behaviour.ends === 'Failed';
  const run: VssRun = {
    exitCode: isFailed ? 1 : 0,
    timedOut: behaviour.ends === 'Execution Timed Out',
  };
  if (behaviour.makes !== 'none')
    world.store.agentWork.push(begins + takes.create, () => make(world, { run, sent, instance, behaviour }));
  return {
    endsAt: begins + takes.create + takes.tag + takes.end,
    expiresAt: sent.sentAt + behaviour.expires,
    installedAt: begins,
    exitCode: 0,
    output: '',
    vss: run,
  };
}

interface Making {
  readonly run: VssRun;
  readonly sent: Sent;
  readonly instance: InstanceRecord;
  readonly behaviour: VssBehaviour;
}

/** In the name of the instance's profile, all volumes at one instant. What EC2 refuses fails the command. */
function make(world: World, { run, sent, instance, behaviour }: Making): void {
  if (instanceState(instance, world.now()) !== 'running') return;
  const { parameters } = sent;
  const tags = new Map([...readVssTags(parameters['tags']?.[0]), ['AwsVssConfig', `id:${sent.id}`]]);
  try {
    const { Snapshots: made = [] } = createSnapshots.run(
      world,
      {
        InstanceSpecification: {
          InstanceId: instance.id,
          ExcludeBootVolume: parameters['ExcludeBootVolume']?.[0] === 'True',
          ...(behaviour.leavesOut.length > 0 && { ExcludeDataVolumeIds: [...behaviour.leavesOut] }),
        },
        Description: parameters['description']?.[0],
        TagSpecifications: [
          { ResourceType: 'snapshot', Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) },
        ],
      },
      BY_A_SERVICE,
    );
    const snapshots = made.flatMap(
      ({ SnapshotId }) => world.store.snapshots.get(SnapshotId ?? '', world.now()) ?? [],
    );
    world.store.agentWork.push(world.now() + behaviour.takes.tag, () =>
      snapshots.forEach((snapshot) => tag(world, { snapshot, instance, behaviour })),
    );
  } catch (error) {
    if (!(error instanceof SimulatedServiceError)) throw error;
    run.exitCode = 1;
  }
}

function tag(
  world: World,
  { snapshot, instance, behaviour }: Omit<Making, 'run' | 'sent'> & { readonly snapshot: SnapshotRecord },
): void {
  const { makes, marks } = behaviour;
  const [device = ''] = [...instance.volumes].find(([, { id }]) => id === snapshot.volumeId) ?? [];
  const tags = new Map(snapshot.tags.now());
  tags.set('Device', device);
  if (makes === 'application') tags.set('AppConsistent', 'True');
  else if (marks === 'False') tags.set('AppConsistent', 'False');
  checkTags(tags, world.settings.maxTags);
  snapshot.tags.change(world.now(), tags);
}
