import type { CreateLifecyclePolicyRequest } from '@aws-sdk/client-dlm';
import * as backups from './console-backups.ts';
import { DeploymentConsole } from './console-deployment.ts';
import * as lifecycle from './console-dlm.ts';
import * as foreign from './console-foreign.ts';
import * as instances from './console-instances.ts';
import { KeyConsole } from './console-keys.ts';
import { HooksConsole } from './console-hooks.ts';
import { LaunchConsole } from './console-launching.ts';
import * as launch from './console-launch.ts';
import { resourceOf } from './console-lookup.ts';
import * as protection from './console-protection.ts';
import * as queues from './console-queues.ts';
import * as volumes from './console-volumes.ts';
import { LifecycleRuns } from './dlm-run.ts';
import { setSsm } from './dlm-run-scripts.ts';
import type { LifecycleActivity, ScriptRun } from './dlm-run-activity.ts';
import type { SimulatedProcess } from './process.ts';
import type { BinKind, ProtectionMode, SnapshotLock } from './protection-records.ts';
import { RegionCalls } from './region-calls.ts';
import type { Published } from './sns.ts';
import { SimulatedStack, type StackOptions } from './stack.ts';
import * as views from './views.ts';
import type { World } from './world.ts';

/**
 * One Region of a simulated account: clients as the SDK's, and beside them what a user or another team does in
 * the console. Console methods are at once and throw on nonsense; views are the truth now, without lag.
 */
export class SimulatedRegion extends RegionCalls {
  /** Schedules, alarms and subscriptions. */
  readonly deployment: DeploymentConsole;
  /** Subnets, security groups, keys, and what keeps things from being launched. */
  readonly launching: LaunchConsole;
  readonly hooks: HooksConsole;
  /** KMS keys, and what EBS encrypts with. */
  readonly keys: KeyConsole;
  /** Locks, the archive, deprecation, sharing and the rules of the Recycle Bin. */
  readonly protecting: protection.ProtectionConsole;
  readonly #world: World;

  constructor(world: World, process: SimulatedProcess) {
    super(world, process);
    this.#world = world;
    foreign.addPublicResources(world);
    world.attach(new LifecycleRuns(world));
    const { agentWork } = world.store;
    world.attach({ nextAt: () => agentWork.nextAt(), act: () => agentWork.doFirst() });
    this.deployment = new DeploymentConsole(world);
    this.launching = new LaunchConsole(world);
    this.hooks = new HooksConsole(world);
    this.keys = new KeyConsole(world);
    this.protecting = new protection.ProtectionConsole(world);
  }

  get name(): string {
    return this.#world.region;
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

  /** Blocks of 512 KiB by index: a volume that was written to by hand has none but these. */
  writeBlocks(volumeId: string, blocks: Iterable<number>): void {
    volumes.writeBlocks(this.#world, volumeId, blocks);
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
    protection.lockSnapshot(this.#world, id, lock);
  }

  protectImage(id: string, mode: ProtectionMode): void {
    protection.protectImage(this.#world, id, mode);
  }

  unprotectImage(id: string): void {
    protection.unprotectImage(this.#world, id);
  }

  disableImage(id: string): void {
    protection.disableImage(this.#world, id);
  }

  enableImage(id: string): void {
    protection.enableImage(this.#world, id);
  }

  /** For all of a kind in the Region. */
  addRecycleBinRule(kind: BinKind, retentionDays: number): void {
    this.protecting.addBinRule({ kind, days: retentionDays });
  }

  /** Returns the id. */
  registerImage(spec: foreign.ImageSpec): string {
    return foreign.registerImage(this.#world, spec);
  }

  /** Returns the id. */
  createForeignSnapshot(spec: foreign.SnapshotSpec = {}): string {
    return foreign.createForeignSnapshot(this.#world, spec);
  }

  /** Returns the id. A lifecycle policy that someone made by hand. */
  createLifecyclePolicy(input: CreateLifecyclePolicyRequest): string {
    return lifecycle.createLifecyclePolicy(this.#world, input);
  }

  editLifecyclePolicy(id: string, edit: lifecycle.LifecycleEdit): void {
    lifecycle.editLifecyclePolicy(this.#world, id, edit);
  }

  deleteLifecyclePolicyByHand(id: string): void {
    lifecycle.deleteLifecyclePolicyByHand(this.#world, id);
  }

  breakLifecyclePolicy(id: string, statusMessage: string): void {
    lifecycle.breakLifecyclePolicy(this.#world, id, statusMessage);
  }

  /** Returns the ARN. The role is the account's: all its Regions have it. */
  createRole(spec: lifecycle.RoleSpec): string {
    return lifecycle.createRole(this.#world, spec);
  }

  deleteRole(name: string): void {
    lifecycle.deleteRole(this.#world, name);
  }

  /** Returns the URL. */
  createQueue(spec: queues.QueueSpec): string {
    return queues.createQueue(this.#world, spec);
  }

  /** Sends everything in a dead-letter queue back to where it came from; returns how many messages. */
  redrive(deadLetters: string): number {
    return queues.redriveQueue(this.#world, deadLetters);
  }

  purge(queue: string): void {
    queues.purgeQueue(this.#world, queue);
  }

  queue(name: string): queues.QueueView {
    return queues.viewQueue(this.#world, name);
  }

  /** Runs what a CloudFormation template wires, in this Region. */
  deploy(options: StackOptions): SimulatedStack {
    return new SimulatedStack(this.#world, options);
  }

  /** Returns the ARN. */
  createTopic(name: string): string {
    return queues.createTopic(this.#world, name);
  }

  published(topic: string): readonly Published[] {
    return queues.viewPublished(this.#world, topic);
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

  images(since = -Infinity): readonly views.ImageView[] {
    return views.viewImages(this.#world, since);
  }

  snapshots(since = -Infinity): readonly views.SnapshotView[] {
    return views.viewSnapshots(this.#world, since);
  }

  image(id: string): views.ImageView | undefined {
    return views.viewImage(this.#world, id);
  }

  snapshot(id: string): views.SnapshotView | undefined {
    return views.viewSnapshot(this.#world, id);
  }

  /** Whether there is an instance, volume, image or snapshot with this id. */
  has(id: string): boolean {
    return resourceOf(this.#world, id) !== undefined;
  }

  lifecyclePolicies(): readonly lifecycle.LifecyclePolicyView[] {
    return lifecycle.viewLifecyclePolicies(this.#world);
  }

  /** Whether Systems Manager reaches an instance, and what becomes of scripts there; offline unless set. */
  setSsm(instanceId: string, state: 'online' | 'failing' | 'offline'): void {
    setSsm(this.#world, instanceId, state);
  }

  /** What DLM did for a lifecycle policy, as its CloudWatch metrics count it. */
  lifecycleActivity(policyId: string): LifecycleActivity {
    return views.viewLifecycleActivity(this.#world, policyId);
  }

  /** Every run of a script by DLM, in order of time. */
  scriptRuns(): readonly ScriptRun[] {
    return views.viewScriptRuns(this.#world);
  }

  binned(): readonly views.BinnedView[] {
    return views.viewBin(this.#world);
  }
}
