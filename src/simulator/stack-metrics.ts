/** A measured value, as code or a service of AWS puts it. */
export interface MetricValue {
  readonly name: string;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What identifies a metric. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The values of one period. */
export interface Datapoint {
  readonly Sum: number;
  readonly Maximum: number;
  readonly Minimum: number;
  readonly SampleCount: number;
}

/** The values of one metric that somebody looks at, by the start of their period (ms). */
export class MetricSeries {
  /** ms */
  readonly period: number;
  readonly points = new Map<number, Datapoint>();

  constructor(period: number) {
    this.period = period;
  }

  put(at: number, value: number): void {
    const start = Math.floor(at / this.period) * this.period;
    const point = this.points.get(start);
    this.points.set(start, {
      Sum: (point?.Sum ?? 0) + value,
      Maximum: Math.max(point?.Maximum ?? -Infinity, value),
      Minimum: Math.min(point?.Minimum ?? Infinity, value),
      SampleCount: (point?.SampleCount ?? 0) + 1,
    });
  }
}

/** CloudWatch's metrics. Only what an alarm looks at is kept. */
export class StackMetrics {
  readonly #series = new Map<string, MetricSeries[]>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** From now on the values of a metric are kept, by periods of this length (ms). */
  watch(id: MetricId, period: number): MetricSeries {
    const series = new MetricSeries(period);
    const key = keyOf(id.namespace, id);
    this.#series.set(key, [...(this.#series.get(key) ?? []), series]);
    return series;
  }

  put(namespace: string, values: readonly MetricValue[]): void {
    for (const value of values) {
      const watching = this.#series.get(keyOf(namespace, value)) ?? [];
      for (const series of watching) series.put(this.#now(), value.value);
    }
  }
}

function keyOf(namespace: string, { name, dimensions }: Omit<MetricId, 'namespace'>): string {
  const pairs = Object.entries(dimensions).map(([key, value]) => `${key}=${value}`);
  return [namespace, name, ...pairs.sort()].join('\n');
}
