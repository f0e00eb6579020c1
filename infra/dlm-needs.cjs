// What the policy file asks of DLM, and so of the roles that DLM works under.

/**
 * What each of DLM's two roles is needed for; undefined where nothing in the file needs it. A default policy for volumes
 * makes snapshots, one for instances makes images.
 */
function dlmNeeds({ dlmPolicies, defaultPolicies }) {
  const isImage = ({ backup }) => backup === 'image';
  return {
    snapshots: needsOf(
      dlmPolicies.filter((policy) => !isImage(policy)),
      defaultPolicies.filter(({ kind }) => kind === 'volume'),
    ),
    images: needsOf(
      dlmPolicies.filter(isImage),
      defaultPolicies.filter(({ kind }) => kind === 'instance'),
    ),
  };
}

function needsOf(policies, defaults) {
  if (policies.length + defaults.length === 0) return undefined;
  return {
    volumes: defaults.length > 0 || policies.some(({ backup }) => backup === 'volume'),
    sets: policies.some(({ backup }) => backup === 'snapshots'),
    copies: copiesOf(policies, defaults),
    shares: unique(policies.flatMap(({ share }) => share?.accounts ?? [])),
    fastRestore: policies.some(({ fastRestore }) => fastRestore !== undefined),
    archive: policies.some(({ archive }) => archive !== undefined),
    deprecation: policies.some(isDeprecating),
    documents: unique(policies.flatMap(({ hooks }) => (hooks ? [hooks.document] : []))),
  };
}

/** By Region, in order: the keys of its copies, by ARN; undefined stands for the account's default key there. */
function copiesOf(policies, defaults) {
  const copies = [
    ...policies.flatMap(({ copies }) => copies),
    ...defaults.flatMap(({ copies }) => copies.map((region) => ({ region }))),
  ];
  return unique(copies.map(({ region }) => region)).map((region) => ({
    region,
    keys: unique(copies.filter((copy) => copy.region === region).map(({ key }) => key)),
  }));
}

function isDeprecating({ deprecate, copies }) {
  return deprecate !== undefined || copies.some((copy) => copy.deprecate !== undefined);
}

function unique(values) {
  return [...new Set(values)].sort();
}

module.exports = { dlmNeeds };
