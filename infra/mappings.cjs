const { arnOf } = require('./iam.cjs');
const { ID, JOBS } = require('./names.cjs');

/** Places that a job works in at the same time; the others wait in its queue. */
const AT_ONCE = 20;

/** What hands a job's queue to its function, one request at a time. */
function mappings() {
  return Object.fromEntries(
    JOBS.map((job) => [
      ID[job].mapping,
      {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          BatchSize: 1,
          EventSourceArn: arnOf(ID[job].queue),
          FunctionName: { Ref: ID[job].function },
          ScalingConfig: { MaximumConcurrency: AT_ONCE },
        },
      },
    ]),
  );
}

module.exports = { mappings };
