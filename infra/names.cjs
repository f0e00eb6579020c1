// What is named is named after the deployment, so that two of them can live in one account and Region. Roles have no
// name: they belong to the whole account, where the same deployment may run in another Region.

/** Names within the limits of AWS for a deployment of 32 characters, the longest that policies.yml takes. */
function namesOf({ deployment }) {
  const stack = `ec2-backup-${deployment}`;
  return {
    /** At most 128 characters. */
    stack,
    /** At most 64. */
    scheduleGroup: stack,
    /** At most 64. */
    functions: { backup: `${stack}-backup`, prune: `${stack}-prune` },
    /** At most 80. */
    failed: { backup: `${stack}-backup-failed`, prune: `${stack}-prune-failed` },
    undelivered: { backup: `${stack}-backup-undelivered`, prune: `${stack}-prune-undelivered` },
  };
}

/** The resources' ids in the template, by job. The functions' are given by Serverless. */
const ID = {
  backup: {
    function: 'BackupLambdaFunction',
    role: 'BackupRole',
    scheduleRole: 'BackupScheduleRole',
    failed: 'BackupFailed',
    undelivered: 'BackupUndelivered',
  },
  prune: {
    function: 'PruneLambdaFunction',
    role: 'PruneRole',
    scheduleRole: 'PruneScheduleRole',
    failed: 'PruneFailed',
    undelivered: 'PruneUndelivered',
  },
};

const JOBS = Object.keys(ID);

module.exports = { ID, JOBS, namesOf };
