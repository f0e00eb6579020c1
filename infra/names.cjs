// What is named is named after the deployment, so that two of them can live in one account and Region. The functions'
// roles have no name: roles belong to the whole account, where the same deployment may run in another Region. DLM's
// have one, with the Region in it: src/lib/plan/lifecycle-role.ts reckons with it.

/** A job is a function of the same name. */
const JOBS = ['backup', 'prune', 'register-policies'];

/** The resources' ids in the template, by job. The functions' are given by Serverless, which writes a hyphen so. */
const ID = Object.fromEntries(
  JOBS.map((job) => {
    const id = job.split('-').map(capitalised).join('');
    return [
      job,
      {
        function: `${capitalised(job).replaceAll('-', 'Dash')}LambdaFunction`,
        role: `${id}Role`,
        schedule: `${id}Schedule`,
        scheduleRole: `${id}ScheduleRole`,
        failed: `${id}Failed`,
        undelivered: `${id}Undelivered`,
      },
    ];
  }),
);

/** The roles that DLM works under, by what it makes. */
const DLM_ROLE_ID = { snapshots: 'DlmSnapshotsRole', images: 'DlmImagesRole' };

/** Names within the limits of AWS for a deployment of 32 characters, the longest that policies.yml takes. */
function namesOf({ deployment }) {
  const stack = `ec2-backup-${deployment}`;
  const ofJobs = (ending) => Object.fromEntries(JOBS.map((job) => [job, `${stack}-${job}${ending}`]));
  return {
    /** At most 128 characters. */
    stack,
    /** At most 64. */
    scheduleGroup: stack,
    /** At most 64. */
    functions: ofJobs(''),
    /** At most 80. */
    failed: ofJobs('-failed'),
    undelivered: ofJobs('-undelivered'),
    /** At most 64, with a Region of 17. */
    dlmRoles: {
      snapshots: `${deployment}-\${AWS::Region}-dlm-snapshots`,
      images: `${deployment}-\${AWS::Region}-dlm-images`,
    },
  };
}

function capitalised(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

module.exports = { DLM_ROLE_ID, ID, JOBS, namesOf };
