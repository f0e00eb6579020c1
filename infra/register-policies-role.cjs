const { IN_THIS_REGION } = require('./ec2-arns.cjs');
const { functionBasics } = require('./function-basics.cjs');
const { allow, arnOf, role, sub } = require('./iam.cjs');

const LIFECYCLE_POLICIES = sub('arn:${AWS::Partition}:dlm:${AWS::Region}:${AWS::AccountId}:policy/*');

/**
 * Keeps this deployment's lifecycle policies as the file says, and makes none without this deployment's tag. Neither
 * makes nor deletes backups.
 */
function registerPoliciesRole(file, dlmRoleIds) {
  const { deployment } = file;
  return role({
    description: `ec2-backup, deployment ${deployment}: registers its lifecycle policies, makes and deletes no backups`,
    service: 'lambda.amazonaws.com',
    statements: [
      ...functionBasics(file, 'register-policies'),
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
      allow('ListLifecyclePolicies', {
        actions: 'dlm:GetLifecyclePolicies',
        resources: '*',
        condition: IN_THIS_REGION,
      }),
      allow('ReadLifecyclePolicies', { actions: 'dlm:GetLifecyclePolicy', resources: LIFECYCLE_POLICIES }),
      allow('CreateOnlyItsOwn', {
        actions: 'dlm:CreateLifecyclePolicy',
        resources: '*',
        condition: {
          StringEquals: {
            ...IN_THIS_REGION.StringEquals,
            'aws:RequestTag/ec2-backup:deployment': deployment,
          },
        },
      }),
      // AWS's references differ on whether the tags of a creating call ask for it. Nothing in src/ sends TagResource.
      allow('TagWhatItCreates', {
        actions: 'dlm:TagResource',
        resources: LIFECYCLE_POLICIES,
        condition: {
          StringEquals: { 'aws:RequestTag/ec2-backup:deployment': deployment },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['ec2-backup:deployment', 'ec2-backup:policy'] },
        },
      }),
      allow('ChangeOnlyItsOwn', {
        actions: ['dlm:DeleteLifecyclePolicy', 'dlm:UpdateLifecyclePolicy'],
        resources: LIFECYCLE_POLICIES,
        condition: { StringEquals: { 'aws:ResourceTag/ec2-backup:deployment': deployment } },
      }),
      ...dlmRoleStatements(dlmRoleIds),
    ],
  });
}

/** The roles that it hands to DLM, and to nobody else. There is none where the file has nothing for DLM. */
function dlmRoleStatements(ids) {
  if (ids.length === 0) return [];
  const resources = ids.map(arnOf);
  return [
    allow('HandRolesToDlm', {
      actions: 'iam:PassRole',
      resources,
      condition: { StringEquals: { 'iam:PassedToService': 'dlm.amazonaws.com' } },
    }),
    // IAM has no Region.
    allow('CheckRolesOfDlm', { actions: ['iam:GetRole', 'iam:SimulatePrincipalPolicy'], resources }),
  ];
}

module.exports = { registerPoliciesRole };
