import type {
  GetScheduleGroupInput,
  GetScheduleGroupOutput,
  GetScheduleInput,
  GetScheduleOutput,
  ListSchedulesInput,
  ListSchedulesOutput,
} from '@aws-sdk/client-scheduler';
import { SimulatedServiceError } from './errors.ts';
import { tokenOf } from './listing.ts';
import type { Command, World } from './world.ts';

const BOUNDS = [1, 100] as const;

/** A schedule of EventBridge Scheduler. It fires nothing: whoever simulates a deployment sends what it would. */
export interface ScheduleRecord {
  readonly name: string;
  readonly group: string;
  expression: string;
  timezone: string;
  state: 'ENABLED' | 'DISABLED';
  /** ARN. */
  target: string;
  readonly createdAt: number;
  modifiedAt: number;
}

export interface ScheduleGroupRecord {
  readonly name: string;
  readonly createdAt: number;
  /** By name. */
  readonly schedules: Map<string, ScheduleRecord>;
}

export const getScheduleGroup: Command<GetScheduleGroupInput, GetScheduleGroupOutput> = {
  parameters: { Name: true },
  run(world, { Name: name = '' }) {
    const group = groupOf(world, name);
    return {
      Arn: world.arn('scheduler', `schedule-group/${name}`),
      Name: name,
      State: 'ACTIVE',
      CreationDate: new Date(group.createdAt),
      LastModificationDate: new Date(group.createdAt),
    };
  },
};

/** Summaries, in pages. */
export const listSchedules: Command<ListSchedulesInput, ListSchedulesOutput> = {
  parameters: { GroupName: true, MaxResults: true, NextToken: true },
  run(world, input) {
    const page = world.pager.page<ScheduleRecord>({
      command: 'ListSchedules',
      input,
      token: input.NextToken,
      maxResults: input.MaxResults,
      bounds: BOUNDS,
      find: () =>
        input.GroupName === undefined
          ? [...world.store.scheduleGroups.values()].flatMap(({ schedules }) => [...schedules.values()])
          : [...groupOf(world, input.GroupName).schedules.values()],
    });
    const schedules = page.items.map((schedule) => ({
      ...common(world, schedule),
      Target: { Arn: schedule.target },
    }));
    return { Schedules: schedules, ...tokenOf(page) };
  },
};

export const getSchedule: Command<GetScheduleInput, GetScheduleOutput> = {
  parameters: { GroupName: true, Name: true },
  run(world, { GroupName: group = 'default', Name: name = '' }) {
    const schedule = groupOf(world, group).schedules.get(name);
    if (schedule === undefined) throw notFound(`Schedule ${name} does not exist.`);
    return {
      ...common(world, schedule),
      ScheduleExpression: schedule.expression,
      ScheduleExpressionTimezone: schedule.timezone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'NONE',
      Target: { Arn: schedule.target, RoleArn: `arn:aws:iam::${world.account}:role/scheduler` },
    };
  },
};

function common(world: World, { name, group, state, createdAt, modifiedAt }: ScheduleRecord) {
  return {
    Arn: world.arn('scheduler', `schedule/${group}/${name}`),
    GroupName: group,
    Name: name,
    State: state,
    CreationDate: new Date(createdAt),
    LastModificationDate: new Date(modifiedAt),
  };
}

function groupOf(world: World, name: string): ScheduleGroupRecord {
  const group = world.store.scheduleGroups.get(name);
  if (group === undefined) throw notFound(`Schedule group ${name} does not exist.`);
  return group;
}

function notFound(message: string): SimulatedServiceError {
  return new SimulatedServiceError('ResourceNotFoundException', message, 404);
}
