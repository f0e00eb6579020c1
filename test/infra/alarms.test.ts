/** What rings, and when; and that everything that an alarm or the dashboard looks at is sent by somebody. */

import { describe, expect, test } from 'vitest';
import { alarmsOfWords } from '../../src/lib/plan/deployment-names.ts';
import { METRICS } from '../../src/lib/report/metrics.ts';
import { ACCOUNT, REGION, resolve, type Template } from '../support/cloudformation.ts';
import { parse } from '../support/scenario.ts';
import { namesOf, resourcesOf, resourcesOfType } from '../support/template.ts';

const POLICIES = `
version: 1
deployment: prod
policies:
  daily-ami:
    backup: image
    schedule: cron(0 3 * * ? *)
    keep: { daily: 3 }
    copies: [{ region: eu-west-1 }]
    hooks: { document: db-freeze }
    rehearse: { schedule: every 24 hours, subnet: subnet-0aaaaaaaaaaaaaaaa, account: "${ACCOUNT}", region: ${REGION} }
  hourly-data: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 } }
targets:
  - { account: "${ACCOUNT}", region: ${REGION} }
  - { account: "444455556666", region: us-east-1, rolePrefix: ec2-backup }
`;

/** As much of AWS::CloudWatch::Alarm as this needs. */
interface Alarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly ComparisonOperator: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: string;
  readonly AlarmActions: readonly string[];
  readonly OKActions: readonly string[];
}

const file = parse(POLICIES);
const template = resourcesOf(file);
const alarms = alarmsOf(template);

function alarmsOf(made: Template): Alarm[] {
  // cfn-lint checks the shape.
  return resourcesOfType(made, 'AWS::CloudWatch::Alarm').map((properties) => properties as unknown as Alarm);
}

function named(name: string, among = alarms): Alarm | undefined {
  return among.find(({ AlarmName }) => AlarmName === `ec2-backup-prod-${name}`);
}

function withWatch(schedule: string): Alarm[] {
  return alarmsOf(resourcesOf(parse(`${POLICIES}watch: { schedule: "${schedule}" }\n`)));
}

const dimensionsOf = ({ Dimensions }: Alarm): Record<string, string> =>
  Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));

describe('alarms', () => {
  test('are these and no others', () => {
    const ofJobs = [
      'backup',
      'replicate',
      'prune',
      'register-policies',
      'watch',
      'digest',
      'rehearse',
      'protect',
    ].flatMap((job) =>
      ['errors', 'dead-letters', 'undelivered', 'failed', 'late'].map((ending) => `${job}-${ending}`),
    );
    const expected = [
      'stale-sources',
      'never-backed-up',
      'failed-points',
      'long-pending-points',
      'missed-slots',
      'refused-prunes',
      'lifecycle-errors',
      'copies-behind',
      'failed-copies',
      'empty-selection-daily-ami',
      'empty-selection-hourly-data',
      'failed-runs',
      'exhausted-rounds',
      'failed-hooks',
      'failed-rehearsals',
      'overdue-rehearsals',
      `silence-${ACCOUNT}-${REGION}`,
      'silence-444455556666-us-east-1',
      `silence-${ACCOUNT}-eu-west-1`,
      'silence-444455556666-eu-west-1',
      ...ofJobs,
    ].map((name) => `ec2-backup-prod-${name}`);
    expect(alarms.map(({ AlarmName }) => AlarmName).sort()).toEqual(expected.sort());
  });

  test('that only some files have are those that doctor expects of them', () => {
    const bare =
      'version: 1\ndeployment: prod\npolicies: { p: { backup: volume, schedule: every 24 hours, keep: { last: 2 } } }\n';
    const always = new Set(alarmsOf(resourcesOf(parse(bare))).map(({ AlarmName }) => AlarmName));
    const ofWords = alarms
      .map(({ AlarmName }) => AlarmName)
      .filter((name) => !always.has(name) && !/-(?:silence|empty-selection)-/.test(name));
    expect([...alarmsOfWords(file)].sort()).toEqual(ofWords.sort());
    expect(alarmsOfWords(parse(bare))).toEqual([]);
  });

  test('and their ends are told to the topic, with words for people', () => {
    for (const { AlarmActions, OKActions, AlarmDescription, AlarmName } of alarms) {
      expect([...AlarmActions, ...OKActions]).toEqual(['Topic', 'Topic']);
      expect(AlarmDescription, AlarmName).toMatch(/^[A-Z].{20,200}[.?]$/);
    }
  });

  test('ring for missing data only where silence is what they are for', () => {
    for (const { AlarmName, TreatMissingData } of alarms)
      expect(TreatMissingData, AlarmName).toBe(
        /-silence-|-copies-behind$|-overdue-rehearsals$/.test(AlarmName) ? 'breaching' : 'notBreaching',
      );
  });

  test('of DLM are there only where the file has something for it', () => {
    const without = POLICIES.replace('engine: dlm, ', '');
    expect(named('lifecycle-errors', alarmsOf(resourcesOf(parse(without))))).toBeUndefined();
    const defaults = `${without}defaultPolicies: { volume: { every: 1d, keep: { within: 7d } } }\n`;
    expect(named('lifecycle-errors', alarmsOf(resourcesOf(parse(defaults))))).toBeDefined();
  });

  test('of copies are there only where a policy has some', () => {
    const without = alarmsOf(resourcesOf(parse(POLICIES.replace(/\n *copies:.*/, ''))));
    expect(without.filter(({ MetricName }) => MetricName.includes('Copies'))).toEqual([]);
    expect(named('failed-copies')).toBeDefined();
  });

  test('of rehearsals are there only where the file has some', () => {
    const without = alarmsOf(resourcesOf(parse(POLICIES.replace(/\n *rehearse:.*/, ''))));
    expect(without.filter(({ AlarmName }) => AlarmName.includes('rehearsals'))).toEqual([]);
  });

  test('of silence are for the place that the stack is in where the file names none', () => {
    const alone = POLICIES.replace(/targets:[^]*/, '').replace(/\n *(?:rehearse|copies):[^\n]*/g, '');
    const made = alarmsOf(resourcesOf(parse(alone)));
    const silence = made.filter(({ MetricName }) => MetricName === 'Watched');
    expect(silence.map(dimensionsOf)).toEqual([{ deployment: 'prod', account: ACCOUNT, region: REGION }]);
  });

  test('look no further back than CloudWatch allows, however seldom the watch runs', () => {
    for (const schedule of [
      'every 1 hours',
      'every 6 hours',
      'every 12 hours from 01:30',
      'cron(0 6,18 * * ? *)',
    ])
      for (const { AlarmName, Period, EvaluationPeriods, DatapointsToAlarm } of withWatch(schedule)) {
        expect(Period % 60).toBe(0);
        expect(DatapointsToAlarm).toBeLessThanOrEqual(EvaluationPeriods);
        const span = Period * EvaluationPeriods;
        expect(span, AlarmName).toBeLessThanOrEqual(Period < 3600 ? 86_400 : 604_800);
      }
  });
});

describe('every metric', () => {
  const OF_AWS: Readonly<Record<string, readonly string[]>> = {
    'AWS/Lambda': ['Errors'],
    'AWS/SQS': ['ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesVisible'],
  };

  test.each(alarms)('of $AlarmName is one that the code or AWS sends', (alarm) => {
    const { Namespace, MetricName } = alarm;
    const dimensions = dimensionsOf(alarm);
    if (Namespace === 'ec2-backup') {
      const sent = METRICS.filter(({ name }) => name === MetricName).map((row) => [...row.dimensions].sort());
      expect(sent).toContainEqual(Object.keys(dimensions).sort());
      expect(dimensions['deployment']).toBe('prod');
      return;
    }
    expect(OF_AWS[Namespace]).toContain(MetricName);
    const { functions } = namesOf(file);
    const queues = resourcesOfType(template, 'AWS::SQS::Queue').map(({ QueueName }) => QueueName);
    const [[key, value] = []] = Object.entries(dimensions);
    if (Namespace === 'AWS/Lambda') expect(Object.values(functions)).toContain(value);
    else expect(queues).toContain(value);
    expect(key).toBe(Namespace === 'AWS/Lambda' ? 'FunctionName' : 'QueueName');
  });

  test('that rings when there is too little of it is sent in every run, also when it is nothing', () => {
    const below = alarms.filter(({ ComparisonOperator }) => ComparisonOperator === 'LessThanThreshold');
    expect(new Set(below.map(({ MetricName }) => MetricName))).toEqual(
      new Set(['SelectedSources', 'Watched']),
    );
    for (const alarm of below) {
      const looked = Object.keys(dimensionsOf(alarm)).sort().join();
      const rows = METRICS.filter(
        ({ name, dimensions }) => name === alarm.MetricName && [...dimensions].sort().join() === looked,
      );
      expect(rows).toHaveLength(1);
      expect(rows[0]).not.toHaveProperty('ifNotZero');
    }
  });

  test('that the code sends of the whole deployment has its alarm', () => {
    const whole = METRICS.filter(({ dimensions }) => dimensions.length === 1).map(({ name }) => name);
    const rung = alarms.map(({ MetricName }) => MetricName);
    expect(whole.filter((name) => !rung.includes(name))).toEqual([]);
  });

  test('that the dashboard looks for is one that the code sends with those dimensions', () => {
    const searches = [
      ...bodyOf(template).matchAll(
        /SEARCH\('\{\\"([^"]*)\\",([^}]*)\} MetricName=\\"(\w+)\\" deployment=\\"(\w+)/g,
      ),
    ];
    expect(searches.length).toBeGreaterThan(8);
    for (const [, namespace, dimensions, metric, deployment] of searches) {
      expect([namespace, deployment]).toEqual(['ec2-backup', 'prod']);
      const sent = METRICS.filter(({ name }) => name === metric).map((row) => row.dimensions.join());
      expect(sent, metric).toContain(dimensions);
    }
  });
});

describe('when alarms ring', () => {
  const HOURLY = withWatch('every 1 hours from 00:40');
  const DAILY_TWICE = withWatch('every 12 hours');

  test('a state that the watch sees: at its first run, until two runs have not seen it', () => {
    for (const name of [
      'stale-sources',
      'failed-points',
      'long-pending-points',
      'missed-slots',
      'refused-prunes',
    ]) {
      const rings = { Statistic: 'Maximum', Threshold: 1, DatapointsToAlarm: 1, EvaluationPeriods: 2 };
      expect(named(name, HOURLY), name).toMatchObject({ ...rings, Period: 3600 });
      expect(named(name, DAILY_TWICE), name).toMatchObject({ ...rings, Period: 12 * 3600 });
    }
  });

  test('a source without a backup: after three runs in a row', () => {
    expect(named('never-backed-up', HOURLY)).toMatchObject({
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      Period: 3600,
      DatapointsToAlarm: 3,
      EvaluationPeriods: 3,
    });
  });

  test.each([
    { schedule: 'every 1 hours', period: 3600, runs: 3 },
    { schedule: 'every 6 hours', period: 21_600, runs: 3 },
    { schedule: 'every 8 hours', period: 28_800, runs: 3 },
    { schedule: 'every 12 hours', period: 43_200, runs: 2 },
  ])('an empty selection: within a day, not at the first run ($schedule)', ({ schedule, period, runs }) => {
    expect(named('empty-selection-daily-ami', withWatch(schedule))).toMatchObject({
      Dimensions: [
        { Name: 'deployment', Value: 'prod' },
        { Name: 'policy', Value: 'daily-ami' },
      ],
      Statistic: 'Sum',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: period,
      DatapointsToAlarm: runs,
      EvaluationPeriods: runs,
    });
    expect(period * runs).toBeLessThanOrEqual(86_400);
  });

  test.each([
    { schedule: 'every 1 hours from 00:40', zone: 'UTC', rests: 1 },
    { schedule: 'every 6 hours', zone: 'UTC', rests: 6 },
    { schedule: 'every 12 hours', zone: 'UTC', rests: 12 },
    // The day that ends summer time has 25 hours.
    { schedule: 'every 12 hours', zone: 'Europe/Berlin', rests: 13 },
  ])('silence: never between two runs, and within a day ($schedule, $zone)', ({ schedule, zone, rests }) => {
    const made = alarmsOf(
      resourcesOf(parse(`${POLICIES}timezone: ${zone}\nwatch: { schedule: "${schedule}" }\n`)),
    );
    for (const alarm of made.filter(({ MetricName }) => MetricName === 'Watched')) {
      expect(alarm).toMatchObject({
        Statistic: 'Sum',
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
      });
      expect(alarm.DatapointsToAlarm).toBe(alarm.EvaluationPeriods);
      const hours = (alarm.EvaluationPeriods * alarm.Period) / 3600;
      expect(hours).toBeGreaterThanOrEqual(rests + 2);
      expect(hours).toBeLessThan(24);
    }
  });

  test.each([
    { schedule: 'every 1 hours from 00:25', zone: 'UTC', rests: 1 },
    { schedule: 'every 6 hours', zone: 'UTC', rests: 6 },
    { schedule: 'cron(0 9,21 * * ? *)', zone: 'Europe/Berlin', rests: 13 },
  ])('copies: never for what a run between has said, and within a day ($schedule, $zone)', (one) => {
    const { schedule, zone, rests } = one;
    const made = alarmsOf(
      resourcesOf(parse(`${POLICIES}timezone: ${zone}\nreplicate: { schedule: "${schedule}" }\n`)),
    );
    const hours = rests + 2;
    expect(named('copies-behind', made)).toMatchObject({
      Statistic: 'Maximum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Period: 3600,
      DatapointsToAlarm: hours,
      EvaluationPeriods: hours,
      TreatMissingData: 'breaching',
    });
    expect(hours).toBeLessThan(24);
    expect(named('failed-copies', made)).toMatchObject({
      Statistic: 'Maximum',
      Threshold: 1,
      Period: rests * 3600,
      DatapointsToAlarm: 1,
      EvaluationPeriods: 2,
    });
  });

  test('a watch that rests for longer is refused before', () => {
    expect(() => withWatch('cron(0 8-18 * * ? *)')).toThrow(/rests for 14 hours, expected at most 12/);
  });

  test('a message in a dead-letter queue within minutes, and one that waits after six hours', () => {
    for (const name of ['backup-dead-letters', 'watch-undelivered', 'prune-failed'])
      expect(named(name)).toMatchObject({
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Statistic: 'Maximum',
        Threshold: 1,
        Period: 300,
        EvaluationPeriods: 1,
      });
    expect(named('backup-late')).toMatchObject({
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: 'ec2-backup-prod-backup.fifo' }],
      Threshold: 21_600,
    });
  });
});

describe('the dashboard', () => {
  test('is JSON, shows every alarm, and no two widgets lie over each other', () => {
    const { widgets } = JSON.parse(bodyOf(template)) as { widgets: readonly Widget[] };
    const shown = widgets.flatMap(({ properties }) => properties.alarms ?? []);
    expect(shown).toEqual(
      alarms.map(({ AlarmName }) => `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${AlarmName}`),
    );
    for (const one of widgets) {
      expect(one.x + one.width).toBeLessThanOrEqual(24);
      expect(widgets.filter((other) => overlaps(one, other))).toEqual([one]);
    }
  });
});

interface Widget {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly alarms?: readonly string[] };
}

function overlaps(one: Widget, other: Widget): boolean {
  const apart = (a: number, width: number, b: number, otherWidth: number): boolean =>
    a + width <= b || b + otherWidth <= a;
  return !apart(one.x, one.width, other.x, other.width) && !apart(one.y, one.height, other.y, other.height);
}

function bodyOf(made: Template): string {
  const { DashboardBody } = made.Resources['Dashboard']?.Properties ?? {};
  const body = resolve(DashboardBody);
  if (typeof body !== 'string') throw new Error('the dashboard has no body');
  return body;
}
