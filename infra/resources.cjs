const { backupRole } = require('./backup-role.cjs');
const { dlmRoles } = require('./dlm-roles.cjs');
const { ID, JOBS } = require('./names.cjs');
const { pruneRole } = require('./prune-role.cjs');
const { queues } = require('./queues.cjs');
const { registerPoliciesRole } = require('./register-policies-role.cjs');
const { schedules } = require('./schedules.cjs');

/** Everything of the template but the functions and their logs, which Serverless adds. Pure. */
function resourcesOf(file) {
  const rolesOfDlm = dlmRoles(file);
  return {
    Description: `ec2-backup, deployment ${file.deployment}`,
    Resources: {
      [ID.backup.role]: backupRole(file),
      [ID.prune.role]: pruneRole(file),
      [ID['register-policies'].role]: registerPoliciesRole(file, Object.keys(rolesOfDlm)),
      ...rolesOfDlm,
      ...queues(file),
      ...schedules(file),
    },
    Outputs: Object.fromEntries(
      JOBS.flatMap((job) => [
        [
          `${ID[job].failed}Queue`,
          { Description: `Runs of ${job} that failed`, Value: { Ref: ID[job].failed } },
        ],
        [
          `${ID[job].undelivered}Queue`,
          { Description: `Schedules of ${job} not delivered`, Value: { Ref: ID[job].undelivered } },
        ],
      ]),
    ),
  };
}

module.exports = { resourcesOf };
