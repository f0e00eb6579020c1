const { arnOf } = require('./iam.cjs');
const { ID, JOBS, REPORTS_ID, namesOf } = require('./names.cjs');

const DAY = 24 * 60 * 60;

/** In seconds. */
const DELAY = 30;

/**
 * In seconds. A run creates nothing after 840 s of its 900, a call takes at most 30, and EC2's lists may lag 300 behind:
 * a second delivery comes after all of that, and blocks its place no longer.
 */
const VISIBILITY = 1200;

/** For each job its requests and what becomes of those that fail, and the watch's reports to the digest. */
function queues(file) {
  const names = namesOf(file);
  return {
    ...Object.fromEntries(
      JOBS.flatMap((job) => [
        [ID[job].queue, requests(names.queues[job], ID[job].deadLetters)],
        [ID[job].deadLetters, fifo(names.deadLetters[job], { MessageRetentionPeriod: 14 * DAY })],
        [ID[job].failed, standard(names.failed[job], { MessageRetentionPeriod: 14 * DAY })],
        [ID[job].undelivered, standard(names.undelivered[job], { MessageRetentionPeriod: 14 * DAY })],
      ]),
    ),
    [REPORTS_ID]: standard(names.reports, { MessageRetentionPeriod: 2 * DAY }),
  };
}

/** Requests wait half a minute: a next round finds EC2's limits of a volume recovered, and nothing sleeps for them. */
function requests(name, deadLetters) {
  return fifo(name, {
    // Scheduler gives a group and no deduplication id.
    ContentBasedDeduplication: true,
    DelaySeconds: DELAY,
    MessageRetentionPeriod: 4 * DAY,
    RedrivePolicy: { deadLetterTargetArn: arnOf(deadLetters), maxReceiveCount: 3 },
    VisibilityTimeout: VISIBILITY,
  });
}

function fifo(name, properties) {
  return standard(name, { FifoQueue: true, ...properties });
}

/** Scheduler's dead letters, and Lambda's failed runs, cannot go to a FIFO queue. Who may send is said in the roles. */
function standard(name, properties) {
  return {
    Type: 'AWS::SQS::Queue',
    Properties: { QueueName: name, SqsManagedSseEnabled: true, ...properties },
  };
}

module.exports = { queues };
