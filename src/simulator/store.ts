import type { BlockWrite } from './block-content.ts';
import type { AlarmRecord } from './cloudwatch-api.ts';
import type { ActivityName, ScriptRun } from './dlm-run-activity.ts';
import type { Queue } from './queue.ts';
import type { BinEntry, BinRule } from './protection-records.ts';
import type {
  AutoScalingGroupRecord,
  ImageRecord,
  InstanceRecord,
  KeyRecord,
  LaunchConfigurationRecord,
  LaunchTemplateRecord,
  LifecyclePolicyRecord,
  Resource,
  RootTaskRecord,
  SecurityGroupRecord,
  SnapshotRecord,
  SubnetRecord,
  VolumeRecord,
  VpcEndpointRecord,
} from './records.ts';
import { LONGEST_READ_LAG } from './settings.ts';
import type { FunctionRecord } from './lambda-api.ts';
import type { ScheduleGroupRecord } from './scheduler-api.ts';
import type { Published } from './sns.ts';
import { AGENTS } from './ssm-agents.ts';
import type { DocumentRecord } from './ssm-documents.ts';
import type { GuestRun, GuestScripts } from './ssm-guests.ts';
import type { CommandRecord } from './ssm-records.ts';
import type { VssBehaviour } from './ssm-vss.ts';
import type { SubscriptionRecord } from './sns-subscriptions.ts';
import { WorkQueue } from './work-queue.ts';

/** Resources of one kind by id, each visible from its creation to its end. */
export class Shelf<R extends Resource> {
  readonly #byId = new Map<string, R>();
  readonly #byTag = new Map<string, TagValues<R>>();
  readonly #listeners: ((resource: R) => void)[] = [];

  /** How many there are at most: those that are gone and not yet forgotten count. */
  get size(): number {
    return this.#byId.size;
  }

  add(resource: R): void {
    this.#byId.set(resource.id, resource);
    for (const [key, values] of this.#byTag) index(values, key, resource);
    resource.tags.listen(() => {
      for (const [key, values] of this.#byTag) index(values, key, resource);
    });
    for (const listener of this.#listeners) listener(resource);
  }

  /** Calls the listener with everything that is added from now on. */
  listen(listener: (resource: R) => void): void {
    this.#listeners.push(listener);
  }

  /** All that existed at a time and have, or once had, a tag of this key with one of these values. */
  tagged(key: string, wanted: readonly string[], time: number): readonly R[] {
    const found = new Set<R>();
    const values = this.#valuesOf(key);
    for (const value of wanted) {
      const resources = values.get(value) ?? [];
      for (const resource of resources) {
        if (existedAt(resource, time)) found.add(resource);
        else if (isForgotten(resource, time)) values.get(value)?.delete(resource);
      }
    }
    return [...found];
  }

  /** Made when a key is first asked for. */
  #valuesOf(key: string): TagValues<R> {
    const known = this.#byTag.get(key);
    if (known !== undefined) return known;
    const values: TagValues<R> = new Map();
    this.#byTag.set(key, values);
    for (const resource of this.#byId.values()) index(values, key, resource);
    return values;
  }

  /** The resource as it existed at a time, if it did. */
  get(id: string, time: number): R | undefined {
    const resource = this.#byId.get(id);
    return resource !== undefined && existedAt(resource, time) ? resource : undefined;
  }

  /** All that existed at a time, in order of creation. Forgets what no lagging read can show any more. */
  all(time: number): readonly R[] {
    const found: R[] = [];
    for (const [id, resource] of this.#byId) {
      if (existedAt(resource, time)) found.push(resource);
      else if (isForgotten(resource, time)) this.#byId.delete(id);
    }
    return found;
  }
}

/** Resources by the values that they have, or had, of one tag. */
type TagValues<R> = Map<string, Set<R>>;

function index<R extends Resource>(values: TagValues<R>, key: string, resource: R): void {
  for (const tags of resource.tags.versions()) {
    const value = tags.get(key);
    if (value === undefined) continue;
    const known = values.get(value);
    if (known === undefined) values.set(value, new Set([resource]));
    else known.add(resource);
  }
}

/** Gone for so long that no lagging read can show it. */
function isForgotten({ goneAt }: Resource, time: number): boolean {
  return goneAt !== undefined && goneAt <= time - LONGEST_READ_LAG;
}

function existedAt(resource: Resource, time: number): boolean {
  return resource.createdAt <= time && (resource.goneAt === undefined || resource.goneAt > time);
}

/** From one key to many ids, such as from a snapshot to the images that map it. */
class Index {
  readonly #ids = new Map<string, Set<string>>();

  add(key: string, id: string): void {
    const ids = this.#ids.get(key);
    if (ids === undefined) this.#ids.set(key, new Set([id]));
    else ids.add(id);
  }

  remove(key: string, id: string): void {
    const ids = this.#ids.get(key);
    ids?.delete(id);
    if (ids?.size === 0) this.#ids.delete(key);
  }

  of(key: string): readonly string[] {
    return [...(this.#ids.get(key) ?? [])];
  }

  has(key: string): boolean {
    return this.#ids.has(key);
  }
}

/** The names of the account's images in one Region: taken in any state, and for a while after. */
class ImageNames {
  /** Until when each name is taken; Infinity while its image is registered. */
  readonly #takenUntil = new Map<string, number>();

  isTaken(name: string, now: number): boolean {
    const until = this.#takenUntil.get(name);
    if (until !== undefined && until <= now) this.#takenUntil.delete(name);
    return until !== undefined && until > now;
  }

  take(name: string): void {
    this.#takenUntil.set(name, Infinity);
  }

  freeAt(name: string, time: number): void {
    this.#takenUntil.set(name, time);
  }
}

/** A lifecycle policy as it was until a time. */
export interface FormerLifecyclePolicy {
  readonly until: number;
  readonly policy: LifecyclePolicyRecord;
}

export interface UsedToken {
  readonly id: string;
  /** The call and its parameters. */
  readonly fingerprint: string;
}

/** Everything in one account and Region. */
export class RegionStore {
  readonly instances = new Shelf<InstanceRecord>();
  /** What was written by hand on a volume, by its id, oldest first. */
  readonly blockWrites = new Map<string, BlockWrite[]>();
  readonly volumes = new Shelf<VolumeRecord>();
  readonly images = new Shelf<ImageRecord>();
  readonly snapshots = new Shelf<SnapshotRecord>();
  readonly rootTasks = new Shelf<RootTaskRecord>();
  /** Called with each image that was disabled or enabled. */
  readonly imageListeners: ((image: ImageRecord) => void)[] = [];
  readonly imageNames = new ImageNames();
  /** Own images that were deregistered, which EC2 tells apart from unknown ones. */
  readonly deregistered = new Set<string>();
  readonly imagesOfSnapshot = new Index();
  readonly instancesOfImage = new Index();
  readonly subnets = new Map<string, SubnetRecord>();
  readonly securityGroups = new Shelf<SecurityGroupRecord>();
  readonly vpcEndpoints = new Map<string, VpcEndpointRecord>();
  agents = AGENTS;
  /** By id. */
  readonly ssmCommands = new Map<string, CommandRecord>();
  /** Those of the account, by name. */
  readonly ssmDocuments = new Map<string, DocumentRecord>();
  /** What documents that freeze and thaw were told, by instance. */
  readonly guestRuns = new Map<string, GuestRun[]>();
  /** By instance; of all others by the empty string. */
  readonly guestScripts = new Map<string, GuestScripts>();
  /** How VSS goes, by instance; on all others by the empty string. */
  readonly vssBehaviours = new Map<string, VssBehaviour>();
  /** What agents on instances have yet to do. */
  readonly agentWork = new WorkQueue();
  readonly keyPairs = new Set<string>();
  /** KMS keys by ARN. */
  readonly keys = new Map<string, KeyRecord>();
  /** The ARN of the key that EBS takes when it is told none: the AWS-managed one unless set. */
  defaultKey: string | undefined;
  /** Copies of snapshots and of images on their own, to this Region: those that are done are forgotten some time. */
  snapshotCopies: readonly SnapshotRecord[] = [];
  imageCopies: readonly ImageRecord[] = [];
  /** What each client token was used for. */
  readonly clientTokens = new Map<string, UsedToken>();
  readonly bin = new Map<string, BinEntry>();
  /** Retention rules of the Recycle Bin by id, deleted ones too. */
  readonly binRules = new Map<string, BinRule>();
  readonly launchTemplates = new Map<string, LaunchTemplateRecord>();
  readonly ssmParameters = new Map<string, string>();
  readonly launchConfigurations = new Map<string, LaunchConfigurationRecord>();
  readonly autoScalingGroups = new Map<string, AutoScalingGroupRecord>();
  /** By id, the deleted ones too. */
  readonly lifecyclePolicies = new Map<string, LifecyclePolicyRecord>();
  /** What each lifecycle policy was before, oldest first, as far back as a lagging read may show. */
  readonly formerLifecyclePolicies = new Map<string, readonly FormerLifecyclePolicy[]>();
  /** Ids of those made or edited in the console: an update of their details must hold Parameters. */
  readonly consoleLifecyclePolicies = new Set<string>();
  /** What DLM did for each lifecycle policy, by its id. */
  readonly lifecycleActivity = new Map<string, Map<ActivityName, number>>();
  readonly scriptRuns: ScriptRun[] = [];
  /** By name. */
  readonly queues = new Map<string, Queue>();
  /** What each topic was sent, by its name. */
  readonly topics = new Map<string, Published[]>();
  /** Of each topic, by its name. */
  readonly subscriptions = new Map<string, readonly SubscriptionRecord[]>();
  /** By name. */
  readonly scheduleGroups = new Map<string, ScheduleGroupRecord>();
  /** By name. */
  readonly functions = new Map<string, FunctionRecord>();
  /** By name. */
  readonly alarms = new Map<string, AlarmRecord>();
  imagesMade = 0;
  snapshotsMade = 0;
}
