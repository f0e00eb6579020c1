const { allow, role, sub } = require('./iam.cjs');
const { functionBasics, IMAGES, IN_THIS_REGION, SNAPSHOTS } = require('./function-basics.cjs');

const INSTANCES = sub('arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/*');
const VOLUMES = sub('arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:volume/*');
// A key may belong to another account.
const KEYS = sub('arn:${AWS::Partition}:kms:${AWS::Region}:*:key/*');
const VIA_EC2 = { StringEquals: { 'kms:ViaService': sub('ec2.${AWS::Region}.amazonaws.com') } };

const CREATING = ['CreateImage', 'CreateSnapshot', 'CreateSnapshots'];

/** Makes backups, tagged as this deployment's by the creating call. Deletes nothing, and tags nothing that exists. */
function backupRole(file) {
  const tagged = { 'aws:RequestTag/ec2-backup:deployment': file.deployment };
  return role({
    description: `ec2-backup, deployment ${file.deployment}: makes backups, deletes nothing`,
    service: 'lambda.amazonaws.com',
    statements: [
      ...functionBasics(file, 'backup'),
      allow('ReadSourcesAndBackups', {
        actions: [
          'ec2:DescribeImages',
          'ec2:DescribeInstances',
          'ec2:DescribeSnapshots',
          'ec2:DescribeVolumes',
        ],
        resources: '*',
        condition: IN_THIS_REGION,
      }),
      allow('BackUpInstances', { actions: ['ec2:CreateImage', 'ec2:CreateSnapshots'], resources: INSTANCES }),
      allow('BackUpVolumes', { actions: ['ec2:CreateSnapshot', 'ec2:CreateSnapshots'], resources: VOLUMES }),
      allow('MakeOnlyWhatIsTagged', {
        actions: CREATING.map((action) => `ec2:${action}`),
        resources: [IMAGES, SNAPSHOTS],
        condition: { StringEquals: tagged },
      }),
      // Tags in a creating call are authorised as CreateTags. On its own it would open what the pruning role guards.
      allow('TagOnlyWhatIsBeingMade', {
        actions: 'ec2:CreateTags',
        resources: [IMAGES, SNAPSHOTS],
        condition: { StringEquals: { ...tagged, 'ec2:CreateAction': CREATING } },
      }),
      ...encryptedVolumes(),
    ],
  });
}

/** Without these a snapshot of an encrypted volume ends in `error` with a StateMessage, long after the call. */
function encryptedVolumes() {
  return [
    allow('UseKeysThroughEc2', {
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      resources: KEYS,
      condition: VIA_EC2,
    }),
    allow('LetEc2UseKeys', {
      actions: 'kms:CreateGrant',
      resources: KEYS,
      condition: { ...VIA_EC2, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  ];
}

module.exports = { backupRole };
