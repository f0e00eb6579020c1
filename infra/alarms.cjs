// What rings. Alarms and their ends go to the topic. src/lib/report/metrics.ts says which runs send which metric.
const { sub } = require('./iam.cjs');
const { ID, JOBS, TOPIC_ID, idPart, namesOf, regionPart } = require('./names.cjs');
const { HERE } = require('./ec2-arns.cjs');
const { hasCopies, hasRehearsals, placesOf } = require('./places.cjs');

const NAMESPACE = 'ec2-backup';
const HOUR = 60 * 60;
const FIVE_MINUTES = 5 * 60;
const LATE = 6 * HOUR;

/** The longest time in which alarms look for what they miss, in hours. */
const WITHIN = 24;

/**
 * Every alarm, by id, for the longest times between two runs of the watch and of replicate, in whole hours, 1 to 13: what
 * one says holds until it says something else, and it is silent only after that.
 */
function alarms(file, { watch: watchGap, replicate: replicateGap }) {
  const made = [
    ...watched(file, watchGap),
    ...emptySelections(file, watchGap),
    ...(hasCopies(file) ? copies(file, replicateGap) : []),
    ...runs(file),
    ...(file.policies.some(({ hooks }) => hooks) ? [failedHooks(file)] : []),
    ...JOBS.flatMap((job) => queuesOf(file, job)),
    ...silences(file, watchGap),
    ...rehearsals(file),
  ];
  return Object.fromEntries(made.map((one) => [one.id, resource(one)]));
}

/** States that the watch, or the job itself, says again in every run. */
function watched(file, watchGap) {
  const { deployment } = file;
  const state = (id, name, { metric, says, periods = [1, 2] }) => ({
    id,
    name: namesOf(file).alarm(name),
    says,
    metric: ours(metric, { deployment }),
    rings: { statistic: 'Maximum', from: 1 },
    // The last two runs: a run that comes a little late is no end of it.
    periods,
    period: watchGap * HOUR,
  });
  const lifecycle = state('LifecycleErrorsAlarm', 'lifecycle-errors', {
    metric: 'LifecycleErrors',
    says: 'A lifecycle policy is in ERROR: DLM makes no backups for it. ec2-backup policies plan says why.',
  });
  return [
    state('StaleSourcesAlarm', 'stale-sources', {
      metric: 'StaleSources',
      says: 'The newest good backup of a source is older than its schedule promises. The log of the watch names it.',
    }),
    state('NeverBackedUpAlarm', 'never-backed-up', {
      metric: 'NeverBackedUp',
      says: 'A source has not had one good backup yet. The log of the watch names it.',
      // A new source has its first slot still before it, or being made.
      periods: [3, 3],
    }),
    state('FailedPointsAlarm', 'failed-points', {
      metric: 'FailedPoints',
      says: 'EC2 could not complete a backup that it had begun. The log of the watch names it.',
    }),
    state('LongPendingPointsAlarm', 'long-pending-points', {
      metric: 'LongPendingPoints',
      says: 'A backup has been pending for more than a day. The log of the watch names it.',
    }),
    state('MissedSlotsAlarm', 'missed-slots', {
      metric: 'MissedSlots',
      says: 'A slot was not made before the next one was due. The next one is made as usual.',
    }),
    state('RefusedPrunesAlarm', 'refused-prunes', {
      metric: 'RefusedPrunes',
      says: 'The guard refused to delete or disable that much. ec2-backup plan, or protect --dry-run, says what; docs/watch.md how to accept it.',
    }),
    ...(file.dlmPolicies.length + file.defaultPolicies.length > 0 ? [lifecycle] : []),
  ];
}

/**
 * What the runs of replicate say. That they say nothing at all rings too, when it is two hours longer than they rest: until
 * then, an hour in which one has said that all is well is among those looked at.
 */
function copies(file, replicateGap) {
  const { deployment } = file;
  const hours = Math.min(WITHIN, replicateGap + 2);
  const state = (id, name, { metric, says, ...when }) => ({
    id,
    name: namesOf(file).alarm(name),
    says,
    metric: ours(metric, { deployment }),
    rings: { statistic: 'Maximum', from: 1 },
    ...when,
  });
  return [
    state('CopiesBehindAlarm', 'copies-behind', {
      metric: 'CopiesBehind',
      says: 'A backup has not been copied for more than a day, or nobody has looked. The log of replicate says why.',
      periods: [hours, hours],
      period: HOUR,
      missing: 'breaching',
    }),
    state('FailedCopiesAlarm', 'failed-copies', {
      metric: 'FailedCopies',
      says: 'EC2 could not complete a copy that it had begun, as without the right to a key. The log of replicate names it.',
      // The last two runs, as of the watch.
      periods: [1, 2],
      period: replicateGap * HOUR,
    }),
  ];
}

/** Of all places together. A place that could not be watched is missing in the sum: that rings by itself. */
function emptySelections(file, watchGap) {
  const runsInARow = Math.max(1, Math.min(3, Math.floor(WITHIN / watchGap)));
  return [...file.policies, ...file.dlmPolicies].map(({ name }) => ({
    id: `EmptySelectionAlarm${idPart(name)}`,
    name: namesOf(file).alarm('empty-selection', name),
    says: `Policy ${name} selects no instance and no volume anywhere: is the tag gone, or its spelling changed?`,
    metric: ours('SelectedSources', { deployment: file.deployment, policy: name }),
    rings: { statistic: 'Sum', below: 1 },
    periods: [runsInARow, runsInARow],
    period: watchGap * HOUR,
  }));
}

/** What happens once, and has passed after an hour without it. */
function runs(file) {
  const { deployment } = file;
  const event = (id, name, { metric, says }) => ({
    id,
    name: namesOf(file).alarm(name),
    says,
    metric,
    rings: { statistic: 'Sum', from: 1 },
    periods: [1, 1],
    period: HOUR,
  });
  return [
    event('FailedRunsAlarm', 'failed-runs', {
      metric: ours('FailedRuns', { deployment }),
      says: 'Something failed in a run. The log of its function says what; the watch asks for the backup again.',
    }),
    event('ExhaustedRoundsAlarm', 'exhausted-rounds', {
      metric: ours('ExhaustedRounds', { deployment }),
      says: 'A run was not done after its last round. The log of its function says what was left.',
    }),
    ...JOBS.map((job) =>
      event(`${ID[job].function}Alarm`, `${job}-errors`, {
        metric: aws('Lambda', 'Errors', { FunctionName: namesOf(file).functions[job] }),
        says: `The function ${job} ended with an error or ran out of time or memory. Its log says why.`,
      }),
    ),
  ];
}

function failedHooks(file) {
  return {
    id: 'FailedHooksAlarm',
    name: namesOf(file).alarm('failed-hooks'),
    says: 'A backup is only crash-consistent, or it is not sure that it is more, or something may have stayed frozen for a minute. The log of backup says which.',
    metric: ours('FailedHooks', { deployment: file.deployment }),
    rings: { statistic: 'Sum', from: 1 },
    periods: [1, 1],
    period: HOUR,
  };
}

function queuesOf(file, job) {
  const names = namesOf(file);
  const holding = (kind, ending, says) => ({
    id: `${ID[job][kind]}Alarm`,
    name: names.alarm(job, ending),
    says,
    metric: aws('SQS', 'ApproximateNumberOfMessagesVisible', { QueueName: names[kind][job] }),
    rings: { statistic: 'Maximum', from: 1 },
    periods: [1, 1],
    period: FIVE_MINUTES,
  });
  return [
    holding(
      'deadLetters',
      'dead-letters',
      `A request for ${job} failed three times. It may be redriven at any time.`,
    ),
    holding('undelivered', 'undelivered', `Scheduler could not deliver a request for ${job}.`),
    holding('failed', 'failed', `A run of ${job} that was invoked by hand failed.`),
    {
      id: `${ID[job].queue}Alarm`,
      name: names.alarm(job, 'late'),
      says: `A request for ${job} has waited for more than six hours.`,
      metric: aws('SQS', 'ApproximateAgeOfOldestMessage', { QueueName: names.queues[job] }),
      rings: { statistic: 'Maximum', from: LATE },
      periods: [1, 1],
      period: FIVE_MINUTES,
    },
  ];
}

/** The watch not having been somewhere: no data is what rings. Two hours more than it rests, for places that wait in line. */
function silences(file, watchGap) {
  const hours = Math.min(WITHIN, watchGap + 2);
  return placesOf(file).map(({ account, region }) => ({
    id: silenceId({ account, region }),
    name: namesOf(file).alarm('silence', account, region),
    says: 'The watch has not been here for hours: nobody knows whether backups are made. Its log says why.',
    metric: ours('Watched', { deployment: file.deployment, account, region }),
    rings: { statistic: 'Sum', below: 1 },
    periods: [hours, hours],
    period: HOUR,
    missing: 'breaching',
  }));
}

/** None where nothing is rehearsed. The sweep comes every hour and always says how many are overdue. */
function rehearsals(file) {
  if (!hasRehearsals(file)) return [];
  const names = namesOf(file);
  const dimensions = { deployment: file.deployment };
  return [
    {
      id: 'FailedRehearsalsAlarm',
      name: names.alarm('failed-rehearsals'),
      says: 'A backup was started and did not come up as it should. The log of rehearse, and the tag ec2-backup:rehearsed, say why.',
      metric: ours('FailedRehearsals', dimensions),
      rings: { statistic: 'Sum', from: 1 },
      periods: [1, 1],
      period: HOUR,
    },
    {
      id: 'OverdueRehearsalsAlarm',
      name: names.alarm('overdue-rehearsals'),
      says: 'A rehearsal was due and has not been made, or nobody looked for hours. The log of rehearse names it.',
      metric: ours('OverdueRehearsals', dimensions),
      rings: { statistic: 'Maximum', from: 1 },
      periods: [1, 1],
      period: 3 * HOUR,
      missing: 'breaching',
    },
  ];
}

/** The account is in it where it is known; there are no two that are not. */
function silenceId({ account, region }) {
  if (region === HERE) return 'SilenceAlarm';
  return `SilenceAlarmOf${account.startsWith('$') ? 'Home' : account}${regionPart(region)}`;
}

function ours(name, dimensions) {
  return { namespace: NAMESPACE, name, dimensions };
}

function aws(service, name, dimensions) {
  return { namespace: `AWS/${service}`, name, dimensions };
}

function resource({
  name,
  says,
  metric,
  rings,
  periods: [toRing, looked],
  period,
  missing = 'notBreaching',
}) {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: sub(name),
      AlarmDescription: says,
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: Object.entries(metric.dimensions).map(([Name, value]) => ({ Name, Value: sub(value) })),
      Statistic: rings.statistic,
      ComparisonOperator: 'from' in rings ? 'GreaterThanOrEqualToThreshold' : 'LessThanThreshold',
      Threshold: rings.from ?? rings.below,
      Period: period,
      DatapointsToAlarm: toRing,
      EvaluationPeriods: looked,
      TreatMissingData: missing,
      AlarmActions: [{ Ref: TOPIC_ID }],
      OKActions: [{ Ref: TOPIC_ID }],
    },
  };
}

module.exports = { NAMESPACE, alarms };
