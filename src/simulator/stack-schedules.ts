import { SECOND } from './clock.ts';
import type { StackParts } from './stack-parts.ts';
import { resourcesOfType, type Properties, type StackTemplate } from './stack-template.ts';
import type { SentMessage } from './queue.ts';

/** The first firing of an expression in a zone strictly after an instant, in ms since the epoch. */
export type NextFiring = (expression: string, zone: string, after: number) => number | undefined;

const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';
const DEFAULT_AGE = 86_400;

interface Schedule {
  readonly id: string;
  readonly expression: string;
  readonly zone: string;
  readonly queue: string;
  readonly group: string | undefined;
  readonly input: string;
  /** ms after which a message that was not delivered is a dead letter. */
  readonly longest: number;
  readonly deadLetters: string | undefined;
}

/** EventBridge Scheduler: each schedule sends its input to its queue, at least once and sometimes late. */
export function startSchedules(parts: StackParts, template: StackTemplate, nextFiring: NextFiring): void {
  for (const properties of resourcesOfType(template, 'AWS::Scheduler::Schedule')) {
    const schedule = readSchedule(properties);
    if (schedule !== undefined) waitFor(parts, schedule, nextFiring);
  }
}

function readSchedule(given: Properties): Schedule | undefined {
  const properties = given.only(
    'Name',
    'GroupName',
    'Description',
    'ScheduleExpression',
    'ScheduleExpressionTimezone',
    'FlexibleTimeWindow',
    'State',
    'Target',
  );
  const target = properties
    .inner('Target')
    ?.only('Arn', 'RoleArn', 'Input', 'SqsParameters', 'RetryPolicy', 'DeadLetterConfig');
  if (target === undefined) throw new Error(`Stack: ${given.id}.Target is missing`);
  if (properties.inner('FlexibleTimeWindow')?.text('Mode') !== 'OFF')
    throw new Error(`Stack: ${given.id}.FlexibleTimeWindow.Mode is not OFF, which is all that is simulated`);
  if (properties.optionalText('State') === 'DISABLED') return undefined;
  const retry = target.inner('RetryPolicy');
  return {
    id: given.id,
    expression: properties.text('ScheduleExpression'),
    zone: properties.optionalText('ScheduleExpressionTimezone') ?? 'UTC',
    queue: target.reference('Arn'),
    group: target.inner('SqsParameters')?.text('MessageGroupId'),
    input: target.text('Input'),
    longest: (retry?.optionalNumber('MaximumEventAgeInSeconds') ?? DEFAULT_AGE) * SECOND,
    deadLetters: target.inner('DeadLetterConfig')?.reference('Arn'),
  };
}

function waitFor(parts: StackParts, schedule: Schedule, nextFiring: NextFiring): void {
  const at = nextFiring(schedule.expression, schedule.zone, parts.world.now());
  if (at === undefined) return;
  parts.work.push(at, () => {
    fire(parts, schedule, at);
    waitFor(parts, schedule, nextFiring);
  });
}

function fire(parts: StackParts, schedule: Schedule, firesAt: number): void {
  const scheduled = new Date(firesAt).toISOString().replace('.000Z', 'Z');
  const body = schedule.input.replaceAll(SCHEDULED_TIME, scheduled);
  const delays = parts.trouble.deliveries(schedule.id, firesAt).filter((delay) => delay <= schedule.longest);
  if (delays.length === 0) {
    parts.work.push(firesAt + schedule.longest, () => giveUp(parts, schedule, body));
  }
  for (const delay of delays) {
    const message = { body, group: schedule.group };
    parts.work.push(firesAt + delay, () => parts.send(schedule.queue, message));
  }
}

function giveUp(parts: StackParts, schedule: Schedule, body: string): void {
  if (schedule.deadLetters === undefined) return;
  const letter: Omit<SentMessage, 'deduplicationId'> = { body, group: undefined };
  parts.send(schedule.deadLetters, letter);
}
