const { dlmRoles } = require('./dlm-roles.cjs');
const { role } = require('./iam.cjs');
const { JOB_RIGHTS } = require('./job-rights.cjs');
const { ID, JOBS_OF_PLACES, regionPart, roleName, rolePath } = require('./names.cjs');
const { rehearsalProfile } = require('./rehearsal-profile.cjs');
const { HERE } = require('./ec2-arns.cjs');
const { copiedRegions, nowhereElse, placesWithRoles, regionsOf, sourcesOf } = require('./places.cjs');

const GIVEN = { externalId: 'ExternalIdIsGiven', operators: 'OperatorsAreGiven' };

/**
 * The template for an account in which the jobs take on roles: one a job, and those of DLM. What differs between accounts
 * is a parameter, so that one StackSet serves all of them. Throws where no target has a `rolePrefix`. Pure.
 */
function placeRoles(file) {
  const targets = placesWithRoles(file);
  if (targets.length === 0) {
    throw new Error(
      'no target of the policy file has a rolePrefix, expected one: where there is none, the functions work with their own roles',
    );
  }
  const jobs = JOBS_OF_PLACES.filter((job) => placesWithRoles(file, job).length > 0);
  const regions = regionsOf(targets);
  const backedUp = regionsOf(sourcesOf(file).filter((source) => targets.includes(source)));
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `ec2-backup, deployment ${file.deployment}: its roles in another account`,
    Parameters: parameters(targets),
    Conditions: {
      [GIVEN.externalId]: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'ExternalId' }, ''] }] },
      [GIVEN.operators]: { 'Fn::Not': [{ 'Fn::Equals': [{ 'Fn::Join': ['', { Ref: 'Operators' }] }, ''] }] },
      ...Object.fromEntries(regions.map((region) => [inRegion(region), isListed(region)])),
    },
    Resources: {
      ...Object.fromEntries(jobs.map((job) => [ID[job].role, placeRole(file, job)])),
      ...Object.assign({}, ...backedUp.map((region) => dlmRolesWhere(file, region))),
      ...Object.assign({}, ...regions.map((region) => profileWhere(file, region))),
    },
  };
}

function parameters(targets) {
  const word = (description, more) => ({ Type: 'String', Description: description, ...more });
  return {
    HomeAccount: word('The account that the functions run in', { AllowedPattern: '[0-9]{12}' }),
    HomeRegion: word('The Region that the functions run in', { AllowedPattern: '[a-z]+(-[a-z]+)+-[0-9]+' }),
    Regions: {
      Type: 'CommaDelimitedList',
      Description: 'The Regions of this account with backups or copies: the roles work nowhere else',
      Default: regionsOf(targets).join(','),
    },
    RolePrefix: word('As rolePrefix in the policy file', {
      AllowedPattern: '[a-zA-Z0-9_+=,.@-]{1,46}',
      ...sameOfAll(targets, 'rolePrefix'),
    }),
    // Without a default where targets differ: forgotten, the roles would ask for none.
    ExternalId: word('As externalId in the policy file; empty where it names none', {
      AllowedPattern: '[a-zA-Z0-9_+=,.@:/-]*',
      ...(targets.every(({ externalId }) => externalId === undefined)
        ? { Default: '' }
        : sameOfAll(targets, 'externalId')),
    }),
    Operators: {
      Type: 'CommaDelimitedList',
      Description:
        'ARNs of roles of the home account whose people may take on these roles too, * and ? as in IAM',
      Default: '',
    },
  };
}

/** A default, where all targets say the same. */
function sameOfAll(targets, word) {
  const [first, ...others] = new Set(targets.map((target) => target[word]));
  return first !== undefined && others.length === 0 ? { Default: first } : {};
}

function placeRole(file, job) {
  const { says, statements } = JOB_RIGHTS[job];
  return role({
    name: `\${RolePrefix}-${job}`,
    description: `ec2-backup, deployment ${file.deployment}: ${says}`,
    principal: { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${HomeAccount}:root' } },
    condition: trusted(file, job),
    statements: [...statements(file), ...nowhereElse(regionsFor(file, job))],
  });
}

/** Those of the account; who copies needs those of the originals as well, wherever they are. */
function regionsFor(file, job) {
  if (job !== 'replicate') return { Ref: 'Regions' };
  const copied = copiedRegions(file).map((region) => (region === HERE ? { Ref: 'HomeRegion' } : region));
  return {
    'Fn::Split': [',', { 'Fn::Join': [',', [{ 'Fn::Join': [',', { Ref: 'Regions' }] }, ...copied]] }],
  };
}

/**
 * The home account's function of the same job, by its name: as a principal it would have to exist before, and would be
 * another one once it were made anew.
 */
function trusted(file, job) {
  const name = roleName(file, job, '${HomeRegion}');
  const function_ = { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${HomeAccount}:role${rolePath(file)}${name}` };
  const operators = { 'Fn::Join': [',', { Ref: 'Operators' }] };
  const all = { 'Fn::Split': [',', { 'Fn::Join': [',', [function_, operators]] }] };
  return {
    ArnLike: { 'aws:PrincipalArn': { 'Fn::If': [GIVEN.operators, all, function_] } },
    StringEquals: {
      'Fn::If': [GIVEN.externalId, { 'sts:ExternalId': { Ref: 'ExternalId' } }, { Ref: 'AWS::NoValue' }],
    },
  };
}

/** Only where the account has that Region. */
function dlmRolesWhere(file, region) {
  const roles = Object.entries(dlmRoles(file, region));
  return Object.fromEntries(roles.map(([id, one]) => [id, { Condition: inRegion(region), ...one }]));
}

function profileWhere(file, region) {
  const resources = Object.entries(rehearsalProfile(file, region));
  return Object.fromEntries(resources.map(([id, one]) => [id, { Condition: inRegion(region), ...one }]));
}

function inRegion(region) {
  return `In${regionPart(region)}`;
}

/** CloudFormation knows no "is one of": a list that the Region splits is not the list that it was. */
function isListed(region) {
  const list = { 'Fn::Join': ['', [',', { 'Fn::Join': [',', { Ref: 'Regions' }] }, ',']] };
  const without = { 'Fn::Join': ['', { 'Fn::Split': [`,${region},`, list] }] };
  return { 'Fn::Not': [{ 'Fn::Equals': [without, list] }] };
}

module.exports = { placeRoles };
