import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { STSClient } from '@aws-sdk/client-sts';
import type { ServiceName } from './commands.ts';
import * as backups from './console-backups.ts';
import * as foreign from './console-foreign.ts';
import * as instances from './console-instances.ts';
import * as launch from './console-launch.ts';
import * as volumes from './console-volumes.ts';
import { Dispatcher, type CallRecord, type CallerProcess, type SentCommand } from './dispatcher.ts';
import type { FaultPlan } from './faults.ts';
import type { BinKind, ProtectionMode, SnapshotLock } from './records.ts';
import * as views from './views.ts';
import type { World } from './world.ts';

/**
 * One Region of a simulated account: clients as the SDK's, and beside them what a user or another team does in
 * the console. Console methods are at once and throw on nonsense; views are the truth now, without lag.
 */
export class SimulatedRegion {
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly autoScaling: Pick<AutoScalingClient, 'send'>;
  readonly sts: Pick<STSClient, 'send'>;
  readonly #world: World;
  readonly #process: CallerProcess;
  readonly #dispatcher: Dispatcher;

  constructor(world: World, process: CallerProcess) {
    this.#world = world;
    this.#process = process;
    this.#dispatcher = new Dispatcher(world, process);
    foreign.addPublicResources(world);
    this.ec2 = { send: this.#sender('ec2') as EC2Client['send'] };
    this.autoScaling = { send: this.#sender('autoscaling') as AutoScalingClient['send'] };
    this.sts = { send: this.#sender('sts') as STSClient['send'] };
  }

  /** The SDK's `send` is overloaded by command class; only its promise form is simulated, hence the casts above. */
  #sender(service: ServiceName): (command: SentCommand, ...rest: unknown[]) => Promise<object> {
    return (command, ...rest) =>
      // The call takes effect at once; only its answer comes by promise.
      new Promise((resolve) => {
        if (rest.some((argument) => typeof argument === 'function')) {
          throw new Error('The simulated account does not know the callback form of send');
        }
        resolve(this.#dispatcher.send(service, command));
      });
  }

  get name(): string {
    return this.#world.region;
  }

  /** Every call that reached the account. */
  get calls(): CallRecord[] {
    return this.#dispatcher.calls;
  }

  get faults(): FaultPlan {
    return this.#dispatcher.faults;
  }

  /** Calls are numbered from 1 again from here on. */
  set faults(plan: FaultPlan) {
    this.#dispatcher.faults = plan;
  }

  /** A new process of the caller: calls work again, in all Regions. */
  revive(): void {
    this.#process.dead = false;
  }

  runInstance(spec: instances.InstanceSpec = {}): { id: string; volumeIds: readonly string[] } {
    return instances.runInstance(this.#world, spec);
  }

  startInstance(id: string): void {
    instances.startInstance(this.#world, id);
  }

  stopInstance(id: string): void {
    instances.stopInstance(this.#world, id);
  }

  terminateInstance(id: string): void {
    instances.terminateInstance(this.#world, id);
  }

  /** Returns the id. */
  createVolume(spec: volumes.VolumeSpec): string {
    return volumes.addVolume(this.#world, spec).id;
  }

  attachVolume(volumeId: string, instanceId: string, device: string): void {
    volumes.attachVolume(this.#world, volumeId, { instanceId, device });
  }

  detachVolume(id: string): void {
    volumes.detachVolume(this.#world, id);
  }

  deleteVolume(id: string): void {
    volumes.deleteVolume(this.#world, id);
  }

  tag(id: string, key: string, value: string): void {
    backups.changeTag(this.#world, id, { key, value });
  }

  untag(id: string, key: string): void {
    backups.changeTag(this.#world, id, { key, value: undefined });
  }

  /** Returns the id. */
  createLaunchTemplate(name: string, imageId: string): string {
    return launch.createLaunchTemplate(this.#world, name, imageId);
  }

  /** Returns the number of the version. */
  newLaunchTemplateVersion(nameOrId: string, imageId: string): number {
    return launch.newLaunchTemplateVersion(this.#world, nameOrId, imageId);
  }

  deleteLaunchTemplate(nameOrId: string): void {
    launch.deleteLaunchTemplate(this.#world, nameOrId);
  }

  putSsmParameter(name: string, imageId: string): void {
    launch.putSsmParameter(this.#world, name, imageId);
  }

  createLaunchConfiguration(name: string, imageId: string): void {
    launch.createLaunchConfiguration(this.#world, name, imageId);
  }

  createAutoScalingGroup(name: string, source: launch.GroupSource): void {
    launch.createAutoScalingGroup(this.#world, name, source);
  }

  lockSnapshot(id: string, lock: Pick<SnapshotLock, 'mode' | 'expiresOn'>): void {
    backups.lockSnapshot(this.#world, id, lock);
  }

  protectImage(id: string, mode: ProtectionMode): void {
    backups.protectImage(this.#world, id, mode);
  }

  unprotectImage(id: string): void {
    backups.unprotectImage(this.#world, id);
  }

  disableImage(id: string): void {
    backups.setDisabled(this.#world, id, true);
  }

  enableImage(id: string): void {
    backups.setDisabled(this.#world, id, false);
  }

  addRecycleBinRule(kind: BinKind, retentionDays: number): void {
    backups.addRecycleBinRule(this.#world, kind, retentionDays);
  }

  /** Returns the id. */
  registerImage(spec: foreign.ImageSpec): string {
    return foreign.registerImage(this.#world, spec);
  }

  /** Returns the id. */
  createForeignSnapshot(spec: foreign.SnapshotSpec = {}): string {
    return foreign.createForeignSnapshot(this.#world, spec);
  }

  failImage(id: string, reason = 'Snapshot creation failed'): void {
    backups.failImage(this.#world, id, reason);
  }

  failSnapshot(id: string, reason = 'Internal error'): void {
    backups.failSnapshot(this.#world, id, reason);
  }

  deleteSnapshotByHand(id: string): void {
    backups.deleteSnapshotByHand(this.#world, id);
  }

  deregisterByHand(id: string): void {
    backups.deregisterByHand(this.#world, id);
  }

  instances(): readonly views.InstanceView[] {
    return views.viewInstances(this.#world);
  }

  volumes(): readonly views.VolumeView[] {
    return views.viewVolumes(this.#world);
  }

  images(): readonly views.ImageView[] {
    return views.viewImages(this.#world);
  }

  snapshots(): readonly views.SnapshotView[] {
    return views.viewSnapshots(this.#world);
  }

  binned(): readonly views.BinnedView[] {
    return views.viewBin(this.#world);
  }
}
