const { allow, arnOf, role, sub } = require('./iam.cjs');
const { ID, JOBS, namesOf } = require('./names.cjs');

const GROUP = 'ScheduleGroup';

// Scheduler fills in when the run was due: the slot stays the same however late the run comes.
const SLOT = '<aws.scheduler.scheduled-time>';

// A run that could not be delivered for an hour is no use to a policy that runs each hour.
const RETRY = { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 30 };

/**
 * A schedule for each policy that the Lambdas run and one for each other job, in a group of their own, and for each job
 * the role that invokes it. What DLM runs has its schedule there.
 */
function schedules(file) {
  const backups = file.policies.map((policy) => {
    const { name, timezone, schedule } = policy;
    const input = { job: 'backup', policy: name, slot: SLOT, trigger: 'schedule' };
    return [
      `${ID.backup.schedule}${idPart(name)}`,
      scheduleOf('backup', { name: `backup-${name}`, timezone, schedule, input }),
    ];
  });
  const { timezone } = file;
  const others = [
    ['prune', file.prune.schedule],
    ['register-policies', file.registerPolicies.schedule],
  ].map(([job, schedule]) => {
    const input = { job, slot: SLOT, trigger: 'schedule' };
    return [ID[job].schedule, scheduleOf(job, { name: job, timezone, schedule, input })];
  });
  return {
    [GROUP]: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: namesOf(file).scheduleGroup } },
    ...Object.fromEntries(JOBS.map((job) => [ID[job].scheduleRole, scheduleRole(file, job)])),
    ...Object.fromEntries(backups),
    ...Object.fromEntries(others),
  };
}

function scheduleOf(job, { name, timezone, schedule, input }) {
  return {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Name: name,
      GroupName: { Ref: GROUP },
      Description: schedule.text,
      ScheduleExpression: schedule.cron,
      ScheduleExpressionTimezone: timezone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: arnOf(ID[job].function),
        RoleArn: arnOf(ID[job].scheduleRole),
        Input: JSON.stringify(input),
        RetryPolicy: RETRY,
        DeadLetterConfig: { Arn: arnOf(ID[job].undelivered) },
      },
    },
  };
}

/** Invokes that one function, and hands over what could not be delivered. Only schedules of this group may take it on. */
function scheduleRole(file, job) {
  return role({
    description: `ec2-backup, deployment ${file.deployment}: invokes ${namesOf(file).functions[job]} on schedule`,
    service: 'scheduler.amazonaws.com',
    condition: {
      StringEquals: { 'aws:SourceAccount': sub('${AWS::AccountId}'), 'aws:SourceArn': arnOf(GROUP) },
    },
    statements: [
      allow('InvokeTheFunction', { actions: 'lambda:InvokeFunction', resources: arnOf(ID[job].function) }),
      allow('HandOverTheUndelivered', { actions: 'sqs:SendMessage', resources: arnOf(ID[job].undelivered) }),
    ],
  });
}

/** Ids in a template have no hyphens. Names of policies have no capitals, so no two become the same. */
function idPart(name) {
  return `Of${name.replaceAll('-', 'Dash')}`;
}

module.exports = { schedules };
