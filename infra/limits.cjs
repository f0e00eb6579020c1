// What AWS takes no more of. Found out here, and not in the middle of a deployment.
const { JOBS } = require('./names.cjs');

/** Characters without white space, of all inline policies of a role. */
const ROLE_SIZE = 10_240;

/** In one template; Serverless adds a function, its log and its asynchronous invocation for each job, and a bucket. */
const RESOURCES = 500;
const SERVERLESS = 3 * JOBS.length + 2;

/** As long as they get where CloudFormation fills in. */
const LONGEST = {
  'AWS::AccountId': '1'.repeat(12),
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'us-isof-south-1',
};
const LONGEST_ARN = 'x'.repeat(130);

/** Answers the template, or throws with what there is too much of and how to have less. */
function withinLimits(template) {
  const resources = Object.entries(template.Resources);
  const count = resources.length + SERVERLESS;
  if (count > RESOURCES) {
    throw new Error(
      `the stack would have ${count} resources, expected at most ${RESOURCES}: share policies and targets out over ` +
        'several deployments',
    );
  }
  for (const [id, { Type, Properties }] of resources) {
    const size = Type === 'AWS::IAM::Role' ? sizeOf(Properties.Policies) : 0;
    if (size > ROLE_SIZE) {
      throw new Error(
        `the role ${id} would have ${size} characters, expected at most ${ROLE_SIZE}: share policies and targets out ` +
          'over several deployments',
      );
    }
  }
  return template;
}

/** Of a role's inline policies, in characters, once CloudFormation has filled in. */
function sizeOf(policies = []) {
  return policies.reduce(
    (sum, { PolicyDocument }) => sum + JSON.stringify(PolicyDocument, filledIn).length,
    0,
  );
}

function filledIn(_, value) {
  if (typeof value !== 'object' || value === null) return value;
  if ('Fn::GetAtt' in value) return LONGEST_ARN;
  if ('Fn::Sub' in value)
    return value['Fn::Sub'].replaceAll(/\$\{([^}]+)\}/g, (_match, name) => LONGEST[name] ?? '');
  return value;
}

module.exports = { sizeOf, withinLimits };
