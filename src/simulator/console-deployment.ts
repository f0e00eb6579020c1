/** What CloudFormation makes of a deployment besides queues, topics and roles, and what people do to it by hand. */

import type { AlarmRecord } from './cloudwatch-api.ts';
import type { FunctionRecord, MappingRecord } from './lambda-api.ts';
import type { ScheduleRecord } from './scheduler-api.ts';
import type { World } from './world.ts';

export type ScheduleSpec = Pick<ScheduleRecord, 'name' | 'group' | 'expression' | 'timezone' | 'target'>;
type ScheduleEdit = Partial<Pick<ScheduleRecord, 'expression' | 'timezone' | 'state' | 'target'>>;

export interface AlarmSpec extends Pick<AlarmRecord, 'name' | 'actions'> {
  readonly description?: string;
  /** OK unless given. */
  readonly state?: AlarmRecord['state'];
}

type FunctionEdit = Partial<
  Pick<
    FunctionRecord,
    'environment' | 'state' | 'stateReason' | 'lastUpdate' | 'lastUpdateReason' | 'reserved'
  >
>;

type AlarmEdit = Partial<Pick<AlarmRecord, 'state' | 'actionsEnabled' | 'actions'>>;

interface SubscriptionSpec {
  readonly endpoint: string;
  /** `email` unless given. */
  readonly protocol?: string;
  /** Somebody has followed the link in the e-mail; so unless given. */
  readonly isConfirmed?: boolean;
}

/** Schedules, functions, alarms and subscriptions of one Region. Each throws on nonsense. */
export class DeploymentConsole {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  createScheduleGroup(name: string): void {
    const { scheduleGroups } = this.#world.store;
    if (scheduleGroups.has(name)) throw new Error(`Console: there is a schedule group ${name} already`);
    scheduleGroups.set(name, { name, createdAt: this.#world.now(), schedules: new Map() });
  }

  createSchedule(spec: ScheduleSpec): void {
    const schedules = this.#schedulesOf(spec.group);
    if (schedules.has(spec.name)) throw new Error(`Console: there is a schedule ${spec.name} already`);
    const at = this.#world.now();
    schedules.set(spec.name, { ...spec, state: 'ENABLED', createdAt: at, modifiedAt: at });
  }

  editSchedule(group: string, name: string, edit: ScheduleEdit): void {
    const schedule = this.#schedulesOf(group).get(name);
    if (schedule === undefined) throw new Error(`Console: there is no schedule ${name} in ${group}`);
    Object.assign(schedule, edit, { modifiedAt: this.#world.now() });
  }

  deleteSchedule(group: string, name: string): void {
    if (!this.#schedulesOf(group).delete(name))
      throw new Error(`Console: there is no schedule ${name} in ${group}`);
  }

  createAlarm({ name, actions, description = '', state = 'OK' }: AlarmSpec): void {
    const { alarms } = this.#world.store;
    if (alarms.has(name)) throw new Error(`Console: there is an alarm ${name} already`);
    const stateSince = this.#world.now();
    alarms.set(name, { name, description, state, actionsEnabled: true, actions, stateSince });
  }

  editAlarm(name: string, edit: AlarmEdit): void {
    const alarm = this.#world.store.alarms.get(name);
    if (alarm === undefined) throw new Error(`Console: there is no alarm ${name}`);
    Object.assign(alarm, edit, edit.state === undefined ? {} : { stateSince: this.#world.now() });
  }

  deleteAlarm(name: string): void {
    if (!this.#world.store.alarms.delete(name)) throw new Error(`Console: there is no alarm ${name}`);
  }

  /** It is handed what is in the queues that are given by their ARNs. */
  createFunction(
    name: string,
    queues: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): void {
    const { functions } = this.#world.store;
    if (functions.has(name)) throw new Error(`Console: there is a function ${name} already`);
    const mappings = queues.map((source): MappingRecord => {
      return { id: this.#world.ids.uuid(), source, state: 'Enabled' };
    });
    functions.set(name, { name, environment, state: 'Active', lastUpdate: 'Successful', mappings });
  }

  /** Their names. */
  functions(): readonly string[] {
    return [...this.#world.store.functions.keys()];
  }

  editFunction(name: string, edit: FunctionEdit): void {
    Object.assign(this.#functionOf(name), edit);
  }

  /** Switches off what hands it the messages of its queues. */
  disableMappings(name: string): void {
    for (const mapping of this.#functionOf(name).mappings) mapping.state = 'Disabled';
  }

  deleteMappings(name: string): void {
    this.#functionOf(name).mappings.length = 0;
  }

  deleteFunction(name: string): void {
    if (!this.#world.store.functions.delete(name)) throw new Error(`Console: there is no function ${name}`);
  }

  /** To a topic, by its name. */
  subscribe(topic: string, { endpoint, protocol = 'email', isConfirmed = true }: SubscriptionSpec): void {
    const { topics, subscriptions } = this.#world.store;
    if (!topics.has(topic)) throw new Error(`Console: there is no topic ${topic}`);
    const made = { id: this.#world.ids.uuid(), protocol, endpoint, isConfirmed };
    subscriptions.set(topic, [...(subscriptions.get(topic) ?? []), made]);
  }

  #functionOf(name: string): FunctionRecord {
    const found = this.#world.store.functions.get(name);
    if (found === undefined) throw new Error(`Console: there is no function ${name}`);
    return found;
  }

  #schedulesOf(group: string): Map<string, ScheduleRecord> {
    const found = this.#world.store.scheduleGroups.get(group);
    if (found === undefined) throw new Error(`Console: there is no schedule group ${group}`);
    return found.schedules;
  }
}
