const { HERE, IMAGES, IN_THIS_REGION, INSTANCES, SNAPSHOTS, VOLUMES } = require('./ec2-arns.cjs');
const { functionBasics } = require('./function-basics.cjs');
const { allow, role } = require('./iam.cjs');
const { keysIn, keysThroughEc2 } = require('./keys.cjs');

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
      ...keysThroughEc2([keysIn(HERE)], [HERE]),
    ],
  });
}

module.exports = { backupRole };
