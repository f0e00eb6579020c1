const { NAMESPACE } = require('./alarms.cjs');
const { HERE } = require('./ec2-arns.cjs');
const { JOBS, namesOf } = require('./names.cjs');
const { hasCopies } = require('./places.cjs');

const HOUR = 60 * 60;
/** The dashboard is 24 columns wide. */
const HALF = { width: 12, height: 7 };
const FULL = { width: 24, height: 6 };

/** CloudWatch's limit for one widget. */
const ALARMS_A_WIDGET = 100;

/**
 * How it all stands, on one page. Metrics are searched for, not listed: however many policies and places, the page
 * stays as small. `alarmNames`: in the order in which they are shown.
 */
function dashboard(file, alarmNames) {
  const body = { widgets: placed([...alarmWidgets(alarmNames), ...ofSources(file), ...ofQueues(file)]) };
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardName: namesOf(file).dashboard,
        DashboardBody: { 'Fn::Sub': JSON.stringify(body) },
      },
    },
  };
}

function alarmWidgets(names) {
  const arns = names.map(
    (name) => `arn:\${AWS::Partition}:cloudwatch:${HERE}:\${AWS::AccountId}:alarm:${name}`,
  );
  const pages = Math.ceil(arns.length / ALARMS_A_WIDGET);
  return Array.from({ length: pages }, (_, page) => ({
    type: 'alarm',
    ...FULL,
    properties: {
      title: pages === 1 ? 'Alarms' : `Alarms (${page + 1} of ${pages})`,
      alarms: arns.slice(page * ALARMS_A_WIDGET, (page + 1) * ALARMS_A_WIDGET),
      sortBy: 'stateUpdatedTimestamp',
    },
  }));
}

/** By policy and place. */
function ofSources(file) {
  const { deployment } = file;
  const search = (metric, statistic, dimensions = 'policy,account,region') => {
    // In quotes: it has a hyphen.
    const schema = `{"${NAMESPACE}",deployment,${dimensions}}`;
    return `SEARCH('${schema} MetricName="${metric}" deployment="${deployment}"', '${statistic}', ${HOUR})`;
  };
  const widget = (title, metrics) =>
    graph(
      title,
      metrics.map((one) => search(...one)),
      HOUR,
    );
  return [
    widget('Age of the stalest source’s newest good backup (seconds)', [['OldestAge', 'Maximum']]),
    widget('Sources selected', [['SelectedSources', 'Maximum']]),
    widget('Sources stale, or never backed up', [
      ['StaleSources', 'Maximum'],
      ['NeverBackedUp', 'Maximum'],
    ]),
    widget('Backups failed, or long pending', [
      ['BackupsFailed', 'Sum'],
      ['FailedPoints', 'Maximum'],
      ['LongPendingPoints', 'Maximum'],
    ]),
    widget('Backups made', [['BackupsMade', 'Sum']]),
    widget('Backups pruned, and leftovers', [
      ['PointsPruned', 'Sum'],
      ['Leftovers', 'Maximum'],
    ]),
    ...(hasCopies(file)
      ? [
          widget('Copies behind, or failed', [
            ['CopiesBehind', 'Maximum', 'account,region'],
            ['FailedCopies', 'Maximum', 'account,region'],
          ]),
        ]
      : []),
  ];
}

function ofQueues(file) {
  const { queues, deadLetters, undelivered, failed } = namesOf(file);
  const metrics = (metric, names) => JOBS.map((job) => ['AWS/SQS', metric, 'QueueName', names[job]]);
  const visible = 'ApproximateNumberOfMessagesVisible';
  return [
    listed('Requests waiting', metrics(visible, queues)),
    listed('Age of the oldest request (seconds)', metrics('ApproximateAgeOfOldestMessage', queues)),
    listed(
      'Dead letters, undelivered and failed',
      [deadLetters, undelivered, failed].flatMap((names) => metrics(visible, names)),
    ),
    listed(
      'Errors of the functions',
      JOBS.map((job) => ['AWS/Lambda', 'Errors', 'FunctionName', namesOf(file).functions[job]]),
      'Sum',
    ),
  ];
}

function graph(title, expressions, period) {
  const metrics = expressions.map((expression, index) => [{ expression, id: `e${index + 1}` }]);
  return {
    type: 'metric',
    ...HALF,
    properties: { title, metrics, region: HERE, view: 'timeSeries', period },
  };
}

function listed(title, metrics, stat = 'Maximum') {
  const properties = { title, metrics, region: HERE, view: 'timeSeries', stat, period: 300 };
  return { type: 'metric', ...HALF, properties };
}

/** One below the other, two beside each other where they are half as wide. */
function placed(widgets) {
  let [x, y] = [0, 0];
  return widgets.map((widget) => {
    if (x + widget.width > 24) [x, y] = [0, y + widget.height];
    const at = { ...widget, x, y };
    x += widget.width;
    if (x === 24) [x, y] = [0, y + widget.height];
    return at;
  });
}

module.exports = { dashboard };
