const { HERE } = require('./ec2-arns.cjs');
const { functionBasics } = require('./function-basics.cjs');
const { allow, arnOf, document, role, sub } = require('./iam.cjs');
const { JOB_RIGHTS } = require('./job-rights.cjs');
const { ID, JOBS, JOBS_OF_PLACES, REPORTS_ID, TOPIC_ID, roleName, rolePath } = require('./names.cjs');
const { nowhereElse, ownRegions, placesWithRoles } = require('./places.cjs');

/** One a function, and for each job that works in places what lets it take on its roles there. */
function functionRoles(file) {
  return {
    ...Object.fromEntries(JOBS.map((job) => [ID[job].role, functionRole(file, job)])),
    ...Object.fromEntries(JOBS_OF_PLACES.flatMap((job) => rolesElsewhere(file, job))),
  };
}

function functionRole(file, job) {
  const says = job === 'digest' ? 'tells people what the watch saw' : JOB_RIGHTS[job].says;
  return role({
    name: roleName(file, job, HERE),
    path: rolePath(file),
    description: `ec2-backup, deployment ${file.deployment}: ${says}`,
    principal: { Service: 'lambda.amazonaws.com' },
    statements: [...functionBasics(file, job), ...rightsHere(file, job), ...messagesOf(job)],
  });
}

/** None where all places of the job have roles of their own. */
function rightsHere(file, job) {
  const rights = JOB_RIGHTS[job];
  if (rights === undefined) return [];
  const regions = ownRegions(file, job);
  if (regions.length === 0) return [];
  return [...rights.statements(file), ...nowhereElse(regions)];
}

/** Besides those of its own queue. */
function messagesOf(job) {
  if (job === 'watch') {
    return [
      allow('AskAgainAndReport', {
        actions: 'sqs:SendMessage',
        resources: [arnOf(ID.backup.queue), arnOf(REPORTS_ID)],
      }),
    ];
  }
  if (job === 'digest') {
    return [
      allow('TakeReports', {
        actions: ['sqs:DeleteMessage', 'sqs:ReceiveMessage'],
        resources: arnOf(REPORTS_ID),
      }),
      allow('TellPeople', { actions: 'sns:Publish', resources: { Ref: TOPIC_ID } }),
    ];
  }
  return [];
}

/** With names of the greatest length, about 5,600 of the 6,144 characters that a managed policy takes. */
const ROLES_A_POLICY = 50;

/**
 * Managed policies: two hundred ARNs are more than the 10,240 characters of a role's own. Each role is named, so that
 * another one of its account with the same name elsewhere is not taken on.
 */
function rolesElsewhere(file, job) {
  const arns = placesWithRoles(file, job).map(
    ({ account, rolePrefix }) => `arn:\${AWS::Partition}:iam::${account}:role/${rolePrefix}-${job}`,
  );
  return chunksOf([...new Set(arns)].sort(), ROLES_A_POLICY).map((chunk, index) => [
    `${ID[job].elsewhere}${index + 1}`,
    {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        Path: rolePath(file),
        Description: `ec2-backup, deployment ${file.deployment}: where ${job} works under another role`,
        Roles: [{ Ref: ID[job].role }],
        PolicyDocument: document([
          allow('WorkElsewhere', { actions: 'sts:AssumeRole', resources: chunk.map(sub) }),
        ]),
      },
    },
  ]);
}

function chunksOf(values, size) {
  const count = Math.ceil(values.length / size);
  return Array.from({ length: count }, (_, index) => values.slice(index * size, (index + 1) * size));
}

module.exports = { functionRoles };
