// The places of the policy file, as the template needs them.
const { HERE } = require('./ec2-arns.cjs');
const { deny, sub } = require('./iam.cjs');

/** Every place that is worked in; where the file names none, the one that the stack is in. */
function placesOf({ targets }) {
  return targets.length === 0 ? [{ account: '${AWS::AccountId}', region: HERE }] : targets;
}

/** The Regions in which the functions' own roles work. Not any, where all targets have roles of their own. */
function ownRegions(file) {
  return regionsOf(placesOf(file).filter(({ rolePrefix }) => rolePrefix === undefined));
}

/** The targets in which each job takes on a role. */
function targetsWithRoles({ targets }) {
  return targets.filter(({ rolePrefix }) => rolePrefix !== undefined);
}

/** Each once, in order. */
function regionsOf(places) {
  return [...new Set(places.map(({ region }) => region))].sort();
}

const BY_REGION = ['autoscaling:*', 'dlm:*', 'ec2:*'];

/**
 * In no other Region, said once: a condition in every statement would make a role of many Regions larger than IAM takes.
 * `regions` are names, or a parameter of the template that lists them. Of keys only what goes through EC2: Lambda
 * decrypts a function's own settings with its role, at home, which need not be among the Regions.
 */
function nowhereElse(regions) {
  const elsewhere = {
    StringNotEquals: {
      'aws:RequestedRegion': Array.isArray(regions) ? regions.map(sub) : regions,
    },
  };
  return [
    deny('NowhereElse', { actions: BY_REGION, resources: '*', condition: elsewhere }),
    deny('NoKeysElsewhere', {
      actions: 'kms:*',
      resources: '*',
      condition: { ...elsewhere, StringLike: { 'kms:ViaService': 'ec2.*' } },
    }),
  ];
}

module.exports = { nowhereElse, ownRegions, placesOf, regionsOf, targetsWithRoles };
