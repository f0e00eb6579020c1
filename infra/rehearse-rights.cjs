const { ANY, imagesIn, instancesIn, ofKind, snapshotsIn, volumesIn } = require('./ec2-arns.cjs');
const { allow, sub } = require('./iam.cjs');
const { keysIn, keysThroughEc2 } = require('./keys.cjs');
const { rolePath } = require('./names.cjs');
const { rehearsalName, runsCommands } = require('./rehearsal-profile.cjs');

const MARK = 'ec2-backup:rehearsal';
const READING = [
  'ec2:DescribeImages',
  'ec2:DescribeInstances',
  'ec2:DescribeInstanceStatus',
  'ec2:DescribeInstanceTypeOfferings',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSnapshots',
  'ec2:DescribeSubnets',
];
const DOCUMENTS = ['AWS-RunShellScript', 'AWS-RunPowerShellScript'];
const groups = ofKind('security-group', ANY);

/**
 * Starts backups in the subnets of the file, with what it tags as a rehearsal's, and takes away nothing but that. On what
 * exists it writes one tag, which says how the rehearsal ended.
 */
function rehearseRights(file) {
  const rehearsed = file.policies.filter(({ rehearse }) => rehearse);
  // It still looks, and finds nothing to do.
  if (rehearsed.length === 0) return [read([])];
  const commands = runsCommands(file);
  return [
    read(commands ? ['ec2:DescribePrefixLists', 'ec2:DescribeVpcEndpoints'] : []),
    ...making(file),
    ...launching(file, rehearsed),
    ...ending(file),
    ...(commands ? runningCommands(file) : []),
    ...keysThroughEc2([keysIn(ANY)], [ANY]),
    allow('LookAtKeys', { actions: 'kms:DescribeKey', resources: keysIn(ANY) }),
  ];
}

function read(others) {
  return allow('LookAtRehearsals', { actions: [...READING, ...others].sort(), resources: '*' });
}

/** With the tags, of which one is the deployment's, that the creating call gives. */
function asked({ deployment }) {
  return {
    StringEquals: { 'aws:RequestTag/ec2-backup:deployment': deployment },
    Null: { [`aws:RequestTag/${MARK}`]: 'false' },
  };
}

/** What was made so. Nothing that exists can be given the tag. */
function ours({ deployment }) {
  return {
    StringEquals: { 'aws:ResourceTag/ec2-backup:deployment': deployment },
    Null: { [`aws:ResourceTag/${MARK}`]: 'false' },
  };
}

function making(file) {
  const { StringEquals, Null } = asked(file);
  const backups = { StringEquals: { 'aws:ResourceTag/ec2-backup:deployment': file.deployment } };
  return [
    allow('MakeOnlyWhatIsTagged', {
      actions: ['ec2:CreateSecurityGroup', 'ec2:RegisterImage'],
      resources: [groups, imagesIn(ANY)],
      condition: { StringEquals, Null },
    }),
    allow('MakeGroupsInAnyVpc', { actions: 'ec2:CreateSecurityGroup', resources: ofKind('vpc', ANY) }),
    allow('TagOnlyWhatIsBeingMade', {
      actions: 'ec2:CreateTags',
      resources: [groups, imagesIn(ANY), instancesIn(ANY), volumesIn(ANY)],
      condition: {
        StringEquals: {
          ...StringEquals,
          'ec2:CreateAction': ['CreateSecurityGroup', 'RegisterImage', 'RunInstances'],
        },
        Null,
      },
    }),
    allow('UseBackups', {
      actions: ['ec2:RegisterImage', 'ec2:RunInstances'],
      resources: snapshotsIn(ANY),
      condition: backups,
    }),
    allow('StartBackups', { actions: 'ec2:RunInstances', resources: imagesIn(ANY), condition: backups }),
    // Of a request without keys all are among those allowed: hence the second condition.
    allow('SayHowItEnded', {
      actions: 'ec2:CreateTags',
      resources: [imagesIn(ANY), snapshotsIn(ANY)],
      condition: {
        ...backups,
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['ec2-backup:rehearsed'] },
        Null: { 'aws:TagKeys': 'false' },
      },
    }),
  ];
}

/** No key pair is among them: nobody logs in. */
function launching(file, rehearsed) {
  const subnets = [...new Set(rehearsed.map(({ rehearse }) => rehearse.subnet))].sort();
  return [
    allow('StartOnlyWhatIsTagged', {
      actions: 'ec2:RunInstances',
      resources: [instancesIn(ANY), volumesIn(ANY)],
      condition: asked(file),
    }),
    allow('StartInItsSubnets', {
      actions: 'ec2:RunInstances',
      resources: [
        ofKind('network-interface', ANY),
        ...subnets.map((id) => sub(`arn:\${AWS::Partition}:ec2:${ANY}:\${AWS::AccountId}:subnet/${id}`)),
      ],
    }),
    allow('StartInItsGroups', { actions: 'ec2:RunInstances', resources: groups, condition: ours(file) }),
  ];
}

function ending(file) {
  return [
    allow('ChangeAndEndOnlyItsOwn', {
      actions: [
        'ec2:AuthorizeSecurityGroupEgress',
        'ec2:DeleteSecurityGroup',
        'ec2:DeregisterImage',
        'ec2:RevokeSecurityGroupEgress',
        'ec2:TerminateInstances',
      ],
      resources: [groups, imagesIn(ANY), instancesIn(ANY)],
      condition: ours(file),
    }),
  ];
}

function runningCommands(file) {
  const role = `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role${rolePath(file)}${rehearsalName(file, ANY)}`;
  return [
    allow('GiveTheProfileOfRehearsals', {
      actions: 'iam:PassRole',
      resources: sub(role),
      condition: { StringLike: { 'iam:PassedToService': 'ec2.amazonaws.com*' } },
    }),
    allow('RunCommandsInItsOwn', {
      actions: 'ssm:SendCommand',
      resources: instancesIn(ANY),
      condition: ours(file),
    }),
    allow('RunCommandsByThese', {
      actions: 'ssm:SendCommand',
      resources: DOCUMENTS.map((name) => sub(`arn:\${AWS::Partition}:ssm:${ANY}::document/${name}`)),
    }),
    allow('SeeHowCommandsEnd', {
      actions: ['ssm:DescribeInstanceInformation', 'ssm:GetCommandInvocation', 'ssm:ListCommands'],
      resources: '*',
    }),
  ];
}

module.exports = { rehearseRights };
