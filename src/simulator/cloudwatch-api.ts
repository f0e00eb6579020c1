import type { DescribeAlarmsInput, DescribeAlarmsOutput } from '@aws-sdk/client-cloudwatch';
import { tokenOf } from './listing.ts';
import type { Command } from './world.ts';

const BOUNDS = [1, 100] as const;
const DEFAULT_RECORDS = 50;

/** An alarm on a metric. It follows no metric: whoever simulates says its state. */
export interface AlarmRecord {
  readonly name: string;
  readonly description: string;
  state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  actionsEnabled: boolean;
  /** ARNs. */
  actions: readonly string[];
  stateSince: number;
}

const REASONS: Readonly<Record<AlarmRecord['state'], string>> = {
  OK: 'Threshold Crossed: 1 datapoint [0.0] was not greater than or equal to the threshold (1.0).',
  ALARM: 'Threshold Crossed: 1 datapoint [1.0] was greater than or equal to the threshold (1.0).',
  INSUFFICIENT_DATA: 'Unchecked: Initial alarm creation',
};

/** Alarms on metrics by the beginning of their names, in pages. */
export const describeAlarms: Command<DescribeAlarmsInput, DescribeAlarmsOutput> = {
  parameters: { AlarmNamePrefix: true, MaxRecords: true, NextToken: true },
  run(world, input) {
    const { AlarmNamePrefix: prefix = '' } = input;
    const page = world.pager.page<AlarmRecord>({
      command: 'DescribeAlarms',
      input,
      token: input.NextToken,
      maxResults: input.MaxRecords ?? DEFAULT_RECORDS,
      bounds: BOUNDS,
      find: () => [...world.store.alarms.values()].filter(({ name }) => name.startsWith(prefix)),
    });
    const alarms = page.items.map((alarm) => ({
      AlarmName: alarm.name,
      AlarmArn: world.arn('cloudwatch', `alarm:${alarm.name}`),
      AlarmDescription: alarm.description,
      ActionsEnabled: alarm.actionsEnabled,
      AlarmActions: [...alarm.actions],
      OKActions: [...alarm.actions],
      InsufficientDataActions: [],
      StateValue: alarm.state,
      StateReason: REASONS[alarm.state],
      StateUpdatedTimestamp: new Date(alarm.stateSince),
    }));
    return { MetricAlarms: alarms, CompositeAlarms: [], ...tokenOf(page) };
  },
};
