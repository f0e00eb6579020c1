// What is named is named after the deployment, so that two of them can live in one account and Region. Roles belong to
// the whole account, where the same deployment may run in another Region, and so have a Region in their names: roles in
// other accounts trust the functions' by name, and src/lib/plan/lifecycle-role.ts reckons with the names of DLM's.
// src/lib/plan/deployment-names.ts says the other names for those who ask AWS about them.

/** A job is a function of the same name, and a queue. */
const JOBS = ['backup', 'replicate', 'prune', 'register-policies', 'watch', 'digest', 'rehearse', 'protect'];

/** The jobs that work in every place; the digest is one for all of them. */
const JOBS_OF_PLACES = JOBS.filter((job) => job !== 'digest');

/** The resources' ids in the template, by job. The functions' are given by Serverless, which writes a hyphen so. */
const ID = Object.fromEntries(
  JOBS.map((job) => {
    const id = job.split('-').map(capitalised).join('');
    return [
      job,
      {
        function: `${capitalised(job).replaceAll('-', 'Dash')}LambdaFunction`,
        role: `${id}Role`,
        elsewhere: `${id}Elsewhere`,
        queue: `${id}Queue`,
        deadLetters: `${id}DeadLetters`,
        mapping: `${id}Mapping`,
        schedule: `${id}Schedule`,
        scheduleRole: `${id}ScheduleRole`,
        failed: `${id}Failed`,
        undelivered: `${id}Undelivered`,
      },
    ];
  }),
);

const REPORTS_ID = 'Reports';
const TOPIC_ID = 'Topic';

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
    /** At most 80; the last five of a FIFO queue's are given. */
    queues: ofJobs('.fifo'),
    deadLetters: ofJobs('-dead-letters.fifo'),
    failed: ofJobs('-failed'),
    undelivered: ofJobs('-undelivered'),
    reports: `${stack}-reports`,
    /** At most 256. */
    topic: stack,
    dashboard: stack,
    /** At most 255, with a policy's or a place's name. */
    alarm: (...words) => [stack, ...words].join('-'),
  };
}

/** No other deployment's roles are under this one. */
function rolePath({ deployment }) {
  return `/ec2-backup/${deployment}/`;
}

/** Of a function's role: at most 64, with a Region of 17, which leaves no room for the whole of register-policies. */
function roleName({ deployment }, job, region) {
  return `${deployment}-${region}-${job.split('-')[0]}`;
}

/** Of DLM's role for `snapshots` or `images`. At most 64, with a Region of 17; `*` stands for any Region. */
function dlmRoleName({ deployment }, kind, region) {
  return `${deployment}-${region}-dlm-${kind}`;
}

/** Ids in a template have no hyphens. Names of policies have no capitals, so no two become the same. */
function idPart(name) {
  return `Of${name.replaceAll('-', 'Dash')}`;
}

/** `UsEast1`: a Region in an id. */
function regionPart(region) {
  return region.split('-').map(capitalised).join('');
}

function capitalised(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

module.exports = {
  DLM_ROLE_ID,
  ID,
  JOBS,
  JOBS_OF_PLACES,
  REPORTS_ID,
  TOPIC_ID,
  dlmRoleName,
  idPart,
  namesOf,
  regionPart,
  roleName,
  rolePath,
};
