// What several jobs look at.
const { ANY } = require('./ec2-arns.cjs');
const { allow, sub } = require('./iam.cjs');

const SOURCES_AND_BACKUPS = [
  'ec2:DescribeImages',
  'ec2:DescribeInstances',
  'ec2:DescribeSnapshots',
  'ec2:DescribeVolumes',
];

const LIFECYCLE_POLICIES = sub(`arn:\${AWS::Partition}:dlm:${ANY}:\${AWS::AccountId}:policy/*`);

/** Instances and volumes with what was made of them, and by calls of these other actions too. None knows resources. */
function readSourcesAndBackups(others = []) {
  return allow('ReadSourcesAndBackups', {
    actions: [...SOURCES_AND_BACKUPS, ...others].sort(),
    resources: '*',
  });
}

/** The same, with all that may keep a backup from being deleted. */
function readWhatMayGo(others = []) {
  return [
    readSourcesAndBackups([
      ...others,
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeLaunchConfigurations',
      'ec2:DescribeImageReferences',
      'ec2:DescribeLockedSnapshots',
      'ec2:ListImagesInRecycleBin',
      'ec2:ListSnapshotsInRecycleBin',
    ]),
    referencesThroughEc2(),
  ];
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

function readLifecyclePolicies() {
  return [
    allow('ListLifecyclePolicies', { actions: 'dlm:GetLifecyclePolicies', resources: '*' }),
    allow('ReadLifecyclePolicies', { actions: 'dlm:GetLifecyclePolicy', resources: LIFECYCLE_POLICIES }),
  ];
}

module.exports = { LIFECYCLE_POLICIES, readLifecyclePolicies, readSourcesAndBackups, readWhatMayGo };
