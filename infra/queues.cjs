const { ID, JOBS, namesOf } = require('./names.cjs');

const FOURTEEN_DAYS = 14 * 24 * 60 * 60;

/** For each job: the runs that failed, and the invocations that Scheduler could not deliver. */
function queues(file) {
  const { failed, undelivered } = namesOf(file);
  return Object.fromEntries(
    JOBS.flatMap((job) => [
      [ID[job].failed, queue(failed[job])],
      [ID[job].undelivered, queue(undelivered[job])],
    ]),
  );
}

/** A standard queue: neither Scheduler nor Lambda takes a FIFO one here. Who may send to it is said in the roles. */
function queue(name) {
  return {
    Type: 'AWS::SQS::Queue',
    Properties: { QueueName: name, MessageRetentionPeriod: FOURTEEN_DAYS, SqsManagedSseEnabled: true },
  };
}

module.exports = { queues };
