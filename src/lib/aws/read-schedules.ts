import { GetScheduleCommand, GetScheduleGroupCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import type { DeployedSchedule } from '../plan/doctor-schedules.ts';
import type { DeploymentClients } from './deployment-clients.ts';
import { errorCode } from './errors.ts';
import { everyPage } from './pages.ts';
import { optional, required } from './shapes.ts';

type Scheduler = Pick<DeploymentClients, 'scheduler'>;

const PAGE = 100;

/** Every schedule of a group; undefined when there is no such group. */
export async function readSchedules(
  { scheduler }: Scheduler,
  group: string,
): Promise<readonly DeployedSchedule[] | undefined> {
  if (!(await groupExists({ scheduler }, group))) return undefined;
  const listed = everyPage(async (token) => {
    const answer = await scheduler.send(
      new ListSchedulesCommand({ GroupName: group, MaxResults: PAGE, ...optional('NextToken', token) }),
    );
    return { items: answer.Schedules ?? [], nextToken: answer.NextToken };
  });
  const schedules: DeployedSchedule[] = [];
  for await (const { Name } of listed) {
    const schedule = await readSchedule({ scheduler }, group, required(Name, 'Name of ListSchedules'));
    if (schedule) schedules.push(schedule);
  }
  return schedules;
}

async function groupExists({ scheduler }: Scheduler, group: string): Promise<boolean> {
  try {
    await scheduler.send(new GetScheduleGroupCommand({ Name: group }));
    return true;
  } catch (error) {
    if (errorCode(error) === 'ResourceNotFoundException') return false;
    throw error;
  }
}

/** The list has neither expression nor time zone. Undefined for one deleted since it was listed. */
async function readSchedule(
  { scheduler }: Scheduler,
  group: string,
  name: string,
): Promise<DeployedSchedule | undefined> {
  try {
    const schedule = await scheduler.send(new GetScheduleCommand({ GroupName: group, Name: name }));
    return {
      name,
      expression: schedule.ScheduleExpression ?? '',
      timezone: schedule.ScheduleExpressionTimezone ?? 'UTC',
      state: schedule.State ?? 'ENABLED',
      target: schedule.Target?.Arn ?? '',
    };
  } catch (error) {
    if (errorCode(error) === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
