const { ANY, instancesIn, volumesIn } = require('./ec2-arns.cjs');
const { allow } = require('./iam.cjs');
const { readLifecyclePolicies, readWhatMayGo } = require('./reading.cjs');

/**
 * Looks at everything, also at what the guard would say of a prune, and changes nothing but the one tag of a source that
 * the file may ask for.
 */
function watchRights(file) {
  return [...readWhatMayGo(), ...readLifecyclePolicies(), ...(file.feedbackTag ? [feedback(file)] : [])];
}

/** That key and no other. Of a request without keys all are among those allowed: hence the second condition. */
function feedback({ optInTag }) {
  return allow('SayHowItStands', {
    actions: 'ec2:CreateTags',
    resources: [instancesIn(ANY), volumesIn(ANY)],
    condition: {
      'ForAllValues:StringEquals': { 'aws:TagKeys': [`${optInTag}:Status`] },
      Null: { 'aws:TagKeys': 'false' },
    },
  });
}

module.exports = { watchRights };
