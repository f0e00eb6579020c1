const { allow, arnOf, role, sub } = require('./iam.cjs');
const { ID, JOBS, idPart, namesOf } = require('./names.cjs');
const { hasCopies, hasProtection } = require('./places.cjs');

const GROUP = 'ScheduleGroup';

// Scheduler fills in when the run was due: the slot stays the same however late the run comes.
const SLOT = '<aws.scheduler.scheduled-time>';

// As long as a slot can still be made. One that the next has overtaken is reported as missed by the function.
const RETRY = { MaximumEventAgeInSeconds: 24 * 60 * 60, MaximumRetryAttempts: 185 };

// What is left of rehearsals and what is to be protected is looked for, apart from the slots of most policies.
const SWEEP = { text: 'every 1 hours from 00:50', cron: 'cron(50 * * * ? *)' };

/**
 * A schedule for each policy that the Lambdas run and one for each other job, in a group of their own, and for each job
 * the role that sends to its queue. What DLM runs has its schedule there.
 */
function schedules(file) {
  const backups = file.policies.map(({ name, timezone, schedule }) => [
    `${ID.backup.schedule}${idPart(name)}`,
    scheduleOf('backup', { policy: name, timezone, schedule }),
  ]);
  const rehearsals = file.policies
    .filter(({ rehearse }) => rehearse)
    .map(({ name, timezone, rehearse: { schedule } }) => [
      `${ID.rehearse.schedule}${idPart(name)}`,
      scheduleOf('rehearse', { policy: name, timezone, schedule }),
    ]);
  const others = Object.entries({
    ...(hasCopies(file) && { replicate: file.replicate.schedule }),
    prune: file.prune.schedule,
    'register-policies': file.registerPolicies.schedule,
    watch: file.watch.schedule,
    digest: file.watch.digest,
    ...(rehearsals.length > 0 && { rehearse: SWEEP }),
    ...(hasProtection(file) && { protect: SWEEP }),
  }).map(([job, schedule]) => [ID[job].schedule, scheduleOf(job, { timezone: file.timezone, schedule })]);
  return {
    [GROUP]: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: namesOf(file).scheduleGroup } },
    ...Object.fromEntries(JOBS.map((job) => [ID[job].scheduleRole, scheduleRole(file, job)])),
    ...Object.fromEntries(backups),
    ...Object.fromEntries(rehearsals),
    ...Object.fromEntries(others),
  };
}

/** A request without a place: the function sends one on for each. */
function scheduleOf(job, { policy, timezone, schedule }) {
  const input = { job, ...(policy && { policy }), slot: SLOT, trigger: 'schedule' };
  return {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Name: policy ? `${job}-${policy}` : job,
      GroupName: { Ref: GROUP },
      Description: schedule.text,
      ScheduleExpression: schedule.cron,
      ScheduleExpressionTimezone: timezone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: arnOf(ID[job].queue),
        RoleArn: arnOf(ID[job].scheduleRole),
        Input: JSON.stringify(input),
        SqsParameters: { MessageGroupId: `fan-out/${policy ?? job}` },
        RetryPolicy: RETRY,
        DeadLetterConfig: { Arn: arnOf(ID[job].undelivered) },
      },
    },
  };
}

/** Sends to that one queue, and hands over what could not be delivered. Only schedules of this group may take it on. */
function scheduleRole(file, job) {
  return role({
    description: `ec2-backup, deployment ${file.deployment}: sends to ${namesOf(file).queues[job]} on schedule`,
    principal: { Service: 'scheduler.amazonaws.com' },
    condition: {
      StringEquals: { 'aws:SourceAccount': sub('${AWS::AccountId}'), 'aws:SourceArn': arnOf(GROUP) },
    },
    statements: [
      allow('AskForRuns', { actions: 'sqs:SendMessage', resources: arnOf(ID[job].queue) }),
      allow('HandOverTheUndelivered', { actions: 'sqs:SendMessage', resources: arnOf(ID[job].undelivered) }),
    ],
  });
}

module.exports = { schedules };
