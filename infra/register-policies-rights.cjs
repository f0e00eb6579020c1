const { ANY } = require('./ec2-arns.cjs');
const { dlmNeeds } = require('./dlm-needs.cjs');
const { allow, sub } = require('./iam.cjs');
const { dlmRoleName, rolePath } = require('./names.cjs');
const { LIFECYCLE_POLICIES, readLifecyclePolicies, readSourcesAndBackups } = require('./reading.cjs');

/**
 * Keeps this deployment's lifecycle policies as the file says, and makes none without this deployment's tag. Neither
 * makes nor deletes backups.
 */
function registerPoliciesRights(file) {
  const { deployment } = file;
  return [
    readSourcesAndBackups(),
    ...readLifecyclePolicies(),
    allow('CreateOnlyItsOwn', {
      actions: 'dlm:CreateLifecyclePolicy',
      resources: '*',
      condition: { StringEquals: { 'aws:RequestTag/ec2-backup:deployment': deployment } },
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
    ...dlmRoleStatements(file),
  ];
}

/** The roles that it hands to DLM, and to nobody else. There is none where the file has nothing for DLM. */
function dlmRoleStatements(file) {
  const needs = dlmNeeds(file);
  const kinds = Object.keys(needs).filter((kind) => needs[kind] !== undefined);
  if (kinds.length === 0) return [];
  const resources = kinds.map((kind) => dlmRolesOf(file, kind));
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

/** Those of all Regions: the path is this deployment's, and each role can be taken on in its own Region only. */
function dlmRolesOf(file, kind) {
  return sub(
    `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role${rolePath(file)}${dlmRoleName(file, kind, ANY)}`,
  );
}

module.exports = { registerPoliciesRights };
