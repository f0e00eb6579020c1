import { HOUR, SECOND } from './clock.ts';
import { tellEnds } from './ec2-events.ts';
import type { StackParts } from './stack-parts.ts';
import { resourcesOfType, type Properties, type StackTemplate } from './stack-template.ts';
import { trusts } from './trust.ts';

/** EventBridge tries for a day unless told otherwise. */
const DEFAULT_AGE = 24 * HOUR;

/** Keys of an event with the values that it may have there, or with a pattern of what is inside. */
interface Pattern {
  readonly [key: string]: readonly string[] | Pattern;
}

interface Target {
  readonly ruleId: string;
  readonly pattern: Pattern;
  readonly queue: string;
  readonly group: string | undefined;
  readonly input: string;
  /** ms after which an event that was not delivered is a dead letter. */
  readonly longest: number;
  readonly deadLetters: string | undefined;
}

/**
 * EventBridge's rules: each event of EC2 in this account and Region that matches one sends its input to its queues, at
 * least once. A queue takes it only when its policy lets that rule send; what it refuses is lost, as with the real one.
 */
export function startRules(parts: StackParts, template: StackTemplate): void {
  const targets = resourcesOfType(template, 'AWS::Events::Rule').flatMap(readRule);
  if (targets.length === 0) return;
  const open = targets
    .filter(({ ruleId, queue }) => maySend(template, ruleId, queue))
    .map((target) => {
      const { ruleId, deadLetters } = target;
      const hasPlace = deadLetters !== undefined && maySend(template, ruleId, deadLetters);
      return hasPlace ? target : { ...target, deadLetters: undefined };
    });
  tellEnds(parts.world, parts.work, (event) => {
    for (const target of open) {
      if (matches(target.pattern, new Map(Object.entries(event)))) deliver(parts, target);
    }
  });
}

function readRule(given: Properties): readonly Target[] {
  const rule = given.only('Name', 'Description', 'State', 'EventPattern', 'Targets');
  if (rule.optionalText('State') === 'DISABLED') return [];
  const pattern = rule.structure('EventPattern');
  checkPattern(pattern, `${rule.id}.EventPattern`);
  return rule.list('Targets').map((target) => {
    target.only('Id', 'Arn', 'Input', 'SqsParameters', 'RetryPolicy', 'DeadLetterConfig');
    const seconds = target.inner('RetryPolicy')?.optionalNumber('MaximumEventAgeInSeconds');
    return {
      ruleId: rule.id,
      pattern,
      queue: target.reference('Arn'),
      group: target.inner('SqsParameters')?.text('MessageGroupId'),
      input: target.text('Input'),
      longest: seconds === undefined ? DEFAULT_AGE : seconds * SECOND,
      deadLetters: target.inner('DeadLetterConfig')?.reference('Arn'),
    };
  });
}

/** Only exact texts are simulated: no prefixes, ranges or negations. */
function checkPattern(pattern: object, path: string): asserts pattern is Pattern {
  for (const [key, value] of Object.entries(pattern) as [string, unknown][]) {
    const where = `${path}.${key}`;
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) continue;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error(`Stack: ${where} is ${JSON.stringify(value)}, expected a list of texts or a structure`);
    checkPattern(value, where);
  }
}

function matches(pattern: Pattern, event: ReadonlyMap<string, unknown>): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    const value = event.get(key);
    if (Array.isArray(wanted)) {
      const values: readonly unknown[] = Array.isArray(value) ? value : [value];
      return values.some((one) => wanted.includes(one));
    }
    const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return matches(wanted as Pattern, new Map(inner));
  });
}

/** Whether a policy of a queue lets EventBridge send to it for this very rule. */
function maySend(template: StackTemplate, ruleId: string, queue: string): boolean {
  const principal = { service: 'events.amazonaws.com' };
  const keys = { 'aws:sourcearn': `${ruleId}.Arn` };
  return resourcesOfType(template, 'AWS::SQS::QueuePolicy')
    .filter((policy) => policy.texts('Queues').includes(queue))
    .flatMap((policy) => statementsOn(`${queue}.Arn`, policy.structure('PolicyDocument')))
    .some((Statement) => trusts({ Statement }, { principal, keys, action: 'sqs:sendmessage' }));
}

function statementsOn(arn: string, document: object): readonly object[] {
  const { Statement = [] } = document as { readonly Statement?: readonly { readonly Resource?: unknown }[] };
  return Statement.filter(({ Resource }) => [Resource].flat().includes(arn));
}

function deliver(parts: StackParts, target: Target): void {
  const { work, world, trouble } = parts;
  const at = world.now();
  const message = { body: target.input, group: target.group };
  const delays = trouble.deliveries(target.ruleId, at).filter((delay) => delay <= target.longest);
  for (const delay of delays) work.push(at + delay, () => parts.send(target.queue, message));
  const { deadLetters } = target;
  if (delays.length > 0 || deadLetters === undefined) return;
  work.push(at + target.longest, () => parts.send(deadLetters, { body: target.input, group: undefined }));
}
