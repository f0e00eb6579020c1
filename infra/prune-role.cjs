const { IMAGES, IN_THIS_REGION, SNAPSHOTS } = require('./ec2-arns.cjs');
const { functionBasics } = require('./function-basics.cjs');
const { allow, deny, keepWhatIsHeld, role } = require('./iam.cjs');

const DELETING = ['ec2:DeregisterImage', 'ec2:DeleteSnapshot'];

/** Deletes what this deployment made and nobody holds. Makes nothing, and tags nothing. */
function pruneRole(file) {
  const mine = { 'aws:ResourceTag/ec2-backup:deployment': file.deployment };
  return role({
    description: `ec2-backup, deployment ${file.deployment}: deletes its old backups, makes nothing`,
    service: 'lambda.amazonaws.com',
    statements: [
      ...functionBasics(file, 'prune'),
      allow('ReadSourcesAndBackups', {
        actions: [
          'autoscaling:DescribeAutoScalingGroups',
          'autoscaling:DescribeLaunchConfigurations',
          'ec2:DescribeImageReferences',
          'ec2:DescribeImages',
          'ec2:DescribeInstances',
          'ec2:DescribeLockedSnapshots',
          'ec2:DescribeSnapshots',
          'ec2:DescribeVolumes',
          'ec2:ListImagesInRecycleBin',
          'ec2:ListSnapshotsInRecycleBin',
        ],
        resources: '*',
        condition: IN_THIS_REGION,
      }),
      referencesThroughEc2(),
      // With DeleteAssociatedSnapshots, DeregisterImage asks for DeleteSnapshot on each of the AMI's snapshots.
      allow('DeleteOnlyItsOwn', {
        actions: DELETING,
        resources: [IMAGES, SNAPSHOTS],
        condition: { StringEquals: mine },
      }),
      keepWhatIsHeld(file, DELETING),
      // DLM copies a source's tags, and with them this deployment's if somebody has put it there.
      deny('KeepWhatDlmMade', {
        actions: DELETING,
        resources: '*',
        condition: { Null: { 'aws:ResourceTag/aws:dlm:lifecycle-policy-id': 'false' } },
      }),
    ],
  });
}

/**
 * DescribeImageReferences reads these in the caller's name, as in AWS's own AmazonEC2ImageReferencesAccessPolicy; the
 * condition keeps the role from reading them by itself.
 */
function referencesThroughEc2() {
  return allow('FindUsersOfImagesThroughEc2', {
    actions: [
      'ec2:DescribeInstances',
      'ec2:DescribeLaunchTemplateVersions',
      'ec2:DescribeLaunchTemplates',
      'imagebuilder:GetContainerRecipe',
      'imagebuilder:ListContainerRecipes',
      'imagebuilder:ListImageRecipes',
      'ssm:DescribeParameters',
      'ssm:GetParameters',
    ],
    resources: '*',
    condition: { 'ForAnyValue:StringEquals': { 'aws:CalledVia': ['ec2-images.amazonaws.com'] } },
  });
}

module.exports = { pruneRole };
