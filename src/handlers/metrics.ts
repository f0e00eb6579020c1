import { Metrics } from '@aws-lambda-powertools/metrics';
import { groupBy } from '../lib/plan/group-by.ts';
import type { MetricRecord } from '../lib/report/metrics.ts';

const NAMESPACE = 'ec2-backup';

/** Writes metrics to the log in CloudWatch's embedded format, which makes metrics of them: one line a set of dimensions. */
export function writeMetrics(records: readonly MetricRecord[]): void {
  const sets = groupBy(records, ({ dimensions }) => JSON.stringify(dimensions));
  for (const set of sets.values()) {
    const metrics = new Metrics({ namespace: NAMESPACE, serviceName: NAMESPACE });
    // The library adds a dimension `service`, under which no alarm looks.
    metrics.clearDefaultDimensions();
    metrics.addDimensions({ ...set[0]?.dimensions });
    for (const { name, unit, value } of set) metrics.addMetric(name, unit, value);
    metrics.publishStoredMetrics();
  }
}
