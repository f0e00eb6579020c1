// The places of the policy file, as the template needs them.
const { HERE } = require('./ec2-arns.cjs');
const { deny, sub } = require('./iam.cjs');

// As src/lib/policy/places.ts has them at run time: a test holds the two together. A place is here what its target is, with
// how to get in.

function hasCopies({ policies }) {
  return policies.some(({ copies }) => copies.length > 0);
}

function hasRehearsals({ policies }) {
  return policies.some(({ rehearse }) => rehearse);
}

/** As isProtecting of src/lib/plan/plan-protect.ts, of any policy. */
function hasProtection({ policies }) {
  return policies.some(
    ({ lock, protect, archiveAfter, deprecateAfter, share, removal }) =>
      protect === true ||
      [lock, archiveAfter, deprecateAfter, share, removal].some((word) => word !== undefined),
  );
}

/** Where backups are made; where no target is for that, the one that the stack is in. */
function sourcesOf(file) {
  const sources = file.targets.filter(({ copiesOnly }) => copiesOnly !== true);
  return sources.length === 0 ? [homeOf(file)] : sources;
}

/** Which account that is, only a target that the functions work in with their own roles can tell before the deployment. */
function homeOf({ targets }) {
  const { account = '${AWS::AccountId}' } = targets.find(isOwn) ?? {};
  return { account, region: HERE };
}

/** Where copies are made: of each source in its own account unless they name another. */
function copyPlacesOf(file) {
  return distinct(copiesBetween(file).map(({ to }) => ({ ...accessTo(file, to), ...to })));
}

/** Each copy of each policy from each source to another place. */
function copiesBetween(file) {
  return file.policies.flatMap(({ copies }) =>
    sourcesOf(file).flatMap((from) =>
      copies
        .map(({ account = from.account, region }) => ({ from, to: { account, region } }))
        .filter(({ to }) => !isSame(from, to)),
    ),
  );
}

/** What is no target is got into as the others of its account are. */
function accessTo({ targets }, { account }) {
  const { rolePrefix, externalId } = targets.find((target) => target.account === account) ?? {};
  return { ...(rolePrefix !== undefined && { rolePrefix }), ...(externalId !== undefined && { externalId }) };
}

/** Every place in which there is something of ours. */
function placesOf(file) {
  return distinct([...sourcesOf(file), ...file.targets, ...copyPlacesOf(file)]);
}

/** The places that a job works in. Copies are made in one, of what is in another. */
function placesOfJob(file, job) {
  switch (job) {
    case 'backup':
    case 'register-policies':
      return sourcesOf(file);
    case 'rehearse':
      return hasRehearsals(file) ? placesOf(file) : [];
    case 'protect':
      return hasProtection(file) ? placesOf(file) : [];
    case 'replicate':
      return distinct([...copiesBetween(file).map(({ from }) => from), ...copyPlacesOf(file)]);
    default:
      return placesOf(file);
  }
}

/**
 * The Regions in which a function's own role works. Not any, where all places of its job have roles of their own.
 */
function ownRegions(file, job) {
  const own = regionsOf(placesOfJob(file, job).filter(isOwn));
  if (job !== 'replicate' || own.length === 0) return own;
  return [...new Set([...own, ...copiedRegions(file)])].sort();
}

/**
 * The Regions that anything is copied from. Who copies needs them too: with CopySnapshot goes a request that is signed for
 * the original's Region, and the original's key is used there.
 */
function copiedRegions(file) {
  return regionsOf(copiesBetween(file).map(({ from }) => from));
}

/** The accounts that originals are shared with, to be copied there. */
function sharedAccounts(file) {
  const others = copiesBetween(file).filter(({ from, to }) => from.account !== to.account);
  return [...new Set(others.map(({ to }) => to.account))].sort();
}

/** The places in which each job, or the given one, takes on a role. */
function placesWithRoles(file, job) {
  const places = job === undefined ? placesOf(file) : placesOfJob(file, job);
  return places.filter((place) => !isOwn(place));
}

function isOwn({ rolePrefix }) {
  return rolePrefix === undefined;
}

function isSame(a, b) {
  return a.account === b.account && a.region === b.region;
}

function distinct(places) {
  return places.filter((place, index) => places.findIndex((one) => isSame(one, place)) === index);
}

/** Each once, in order. */
function regionsOf(places) {
  return [...new Set(places.map(({ region }) => region))].sort();
}

const BY_REGION = ['autoscaling:*', 'dlm:*', 'ec2:*'];
/** Of Systems Manager only what acts: lists of parameters are read through EC2, which says no Region. */
const COMMANDS = 'ssm:SendCommand';

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
    deny('NowhereElse', { actions: [...BY_REGION, COMMANDS], resources: '*', condition: elsewhere }),
    deny('NoKeysElsewhere', {
      actions: 'kms:*',
      resources: '*',
      condition: { ...elsewhere, StringLike: { 'kms:ViaService': 'ec2.*' } },
    }),
  ];
}

module.exports = {
  copiedRegions,
  copyPlacesOf,
  hasCopies,
  hasProtection,
  hasRehearsals,
  nowhereElse,
  ownRegions,
  placesOf,
  placesWithRoles,
  regionsOf,
  sharedAccounts,
  sourcesOf,
};
