const { HERE } = require('./ec2-arns.cjs');
const { sub } = require('./iam.cjs');
const { regionPart, rolePath } = require('./names.cjs');

/** src/lib/plan/rehearsal-profile.ts says the same. At most 64, with a Region of 17. */
function rehearsalName({ deployment }, region) {
  return `${deployment}-${region}-rehearsal`;
}

/** Only a command needs an agent, and only an agent a profile. */
function runsCommands(file) {
  return commandsOf(file).length > 0;
}

function commandsOf({ policies }) {
  return policies.flatMap(({ rehearse }) => (rehearse?.command === undefined ? [] : [rehearse]));
}

/** What rehearsed instances in a Region of the template's account may do: let Systems Manager work there. */
function rehearsalProfile(file, region) {
  if (!commandsOf(file).some(({ place }) => (place?.region ?? HERE) === region)) return {};
  const ending = region === HERE ? '' : `In${regionPart(region)}`;
  const [id, name] = [`RehearsalRole${ending}`, sub(rehearsalName(file, region))];
  const trust = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
  return {
    [id]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: name,
        Path: rolePath(file),
        Description: `ec2-backup, deployment ${file.deployment}: lets Systems Manager work in rehearsed instances`,
        AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] },
        ManagedPolicyArns: [sub('arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore')],
      },
    },
    [`RehearsalProfile${ending}`]: {
      Type: 'AWS::IAM::InstanceProfile',
      Properties: { InstanceProfileName: name, Path: rolePath(file), Roles: [{ Ref: id }] },
    },
  };
}

module.exports = { rehearsalName, rehearsalProfile, runsCommands };
