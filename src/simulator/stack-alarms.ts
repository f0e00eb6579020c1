import { SECOND } from './clock.ts';
import type { Datapoint, MetricId, MetricSeries } from './stack-metrics.ts';
import type { StackParts } from './stack-parts.ts';
import { QueueMetrics } from './stack-queue-metrics.ts';
import { resourcesOfType, type Properties, type StackTemplate } from './stack-template.ts';

/** A time in which an alarm was in ALARM, in ms since the epoch; `to` is Infinity while it still is. */
export interface Ringing {
  readonly from: number;
  readonly to: number;
}

interface Alarm {
  readonly id: string;
  readonly statistic: keyof Datapoint;
  readonly isBreaching: (value: number) => boolean;
  readonly missing: string;
  /** ms */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  /** The statistic of each whole period from the first to an instant; undefined where there was no data. */
  readonly valuesUntil: (to: number) => readonly (number | undefined)[];
}

const COMPARISONS: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/** CloudWatch's alarms. Each is evaluated at the end of each of its periods; what it rings at is not simulated. */
export class StackAlarms {
  readonly #alarms: readonly Alarm[];
  readonly #parts: StackParts;
  readonly #start: number;

  constructor(parts: StackParts, template: StackTemplate) {
    this.#parts = parts;
    this.#start = parts.world.now();
    const byQueue = new Map<string, QueueMetrics>();
    for (const queue of parts.queues.values())
      byQueue.set(queue.settings.name, new QueueMetrics(parts, queue));
    this.#alarms = resourcesOfType(template, 'AWS::CloudWatch::Alarm').map((one) => this.#read(one, byQueue));
  }

  /** When each alarm was in ALARM up to now, by logical id. */
  history(): ReadonlyMap<string, readonly Ringing[]> {
    const now = this.#parts.world.now();
    return new Map(
      this.#alarms.map((alarm) => {
        const first = Math.floor(this.#start / alarm.period) * alarm.period;
        return [alarm.id, ringings(alarm, first, alarm.valuesUntil(now))];
      }),
    );
  }

  #read(given: Properties, byQueue: ReadonlyMap<string, QueueMetrics>): Alarm {
    const properties = given.only(
      'AlarmName',
      'AlarmDescription',
      'Namespace',
      'MetricName',
      'Dimensions',
      'Statistic',
      'ComparisonOperator',
      'Threshold',
      'Period',
      'EvaluationPeriods',
      'DatapointsToAlarm',
      'TreatMissingData',
      'AlarmActions',
      'OKActions',
    );
    const compare = COMPARISONS[properties.text('ComparisonOperator')];
    if (compare === undefined)
      throw new Error(`Stack: ${given.id}: ${properties.text('ComparisonOperator')} is not simulated`);
    const threshold = properties.number('Threshold');
    const evaluationPeriods = properties.number('EvaluationPeriods');
    const statistic = statisticOf(properties);
    const period = properties.number('Period') * SECOND;
    return {
      id: given.id,
      statistic,
      isBreaching: (value) => compare(value, threshold),
      missing: properties.optionalText('TreatMissingData') ?? 'missing',
      period,
      evaluationPeriods,
      datapointsToAlarm: properties.optionalNumber('DatapointsToAlarm') ?? evaluationPeriods,
      valuesUntil: this.#valuesOf(metricOf(properties), { statistic, period }, byQueue),
    };
  }

  #valuesOf(
    metric: MetricId,
    { statistic, period }: Pick<Alarm, 'statistic' | 'period'>,
    byQueue: ReadonlyMap<string, QueueMetrics>,
  ): Alarm['valuesUntil'] {
    const first = Math.floor(this.#start / period) * period;
    if (metric.namespace !== 'AWS/SQS') {
      const series = this.#parts.metrics.watch(metric, period);
      return (to) => valuesOf(series, statistic, { from: first, to });
    }
    const queue = byQueue.get(metric.dimensions['QueueName'] ?? '');
    if (queue === undefined || statistic !== 'Maximum')
      throw new Error(`Stack: an alarm on ${statistic} of the queue ${metric.dimensions['QueueName']}`);
    return (to) => queue.maxima(metric.name, { from: first, to, period });
  }
}

function statisticOf(properties: Properties): keyof Datapoint {
  const statistic = properties.text('Statistic');
  if (
    statistic === 'Sum' ||
    statistic === 'Maximum' ||
    statistic === 'Minimum' ||
    statistic === 'SampleCount'
  )
    return statistic;
  throw new Error(`Stack: ${properties.id}.Statistic is ${statistic}, which is not simulated`);
}

function metricOf(properties: Properties): MetricId {
  const pairs = properties.list('Dimensions').map((one) => [one.text('Name'), one.text('Value')]);
  return {
    namespace: properties.text('Namespace'),
    name: properties.text('MetricName'),
    dimensions: Object.fromEntries(pairs) as Record<string, string>,
  };
}

function valuesOf(
  { points, period }: MetricSeries,
  statistic: keyof Datapoint,
  { from, to }: { readonly from: number; readonly to: number },
): (number | undefined)[] {
  const values: (number | undefined)[] = [];
  for (let start = from; start + period <= to; start += period) values.push(points.get(start)?.[statistic]);
  return values;
}

function ringings(alarm: Alarm, first: number, values: readonly (number | undefined)[]): Ringing[] {
  const rung: Ringing[] = [];
  let since: number | undefined;
  for (let index = 0; index < values.length; index += 1) {
    const isRinging = isInAlarm(alarm, { values, index, was: since !== undefined });
    const at = first + (index + 1) * alarm.period;
    if (isRinging && since === undefined) since = at;
    if (isRinging || since === undefined) continue;
    rung.push({ from: since, to: at });
    since = undefined;
  }
  return since === undefined ? rung : [...rung, { from: since, to: Infinity }];
}

interface Evaluation {
  readonly values: readonly (number | undefined)[];
  /** Of the newest period. */
  readonly index: number;
  readonly was: boolean;
}

function isInAlarm(alarm: Alarm, { values, index, was }: Evaluation): boolean {
  let [breaching, missing] = [0, 0];
  const first = Math.max(0, index + 1 - alarm.evaluationPeriods);
  for (let at = first; at <= index; at += 1) {
    const value = values[at];
    if (value === undefined) missing += 1;
    else if (alarm.isBreaching(value)) breaching += 1;
  }
  if (missing > index - first && alarm.missing === 'ignore') return was;
  return breaching + (alarm.missing === 'breaching' ? missing : 0) >= alarm.datapointsToAlarm;
}
