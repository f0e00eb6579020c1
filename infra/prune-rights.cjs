const { ANY, imagesIn, snapshotsIn } = require('./ec2-arns.cjs');
const { allow, deny, keepWhatIsHeld } = require('./iam.cjs');
const { readWhatMayGo } = require('./reading.cjs');

const DELETING = ['ec2:DeregisterImage', 'ec2:DeleteSnapshot'];
const LIFTING = 'ec2:DisableImageDeregistrationProtection';

/** Deletes what this deployment made and nobody holds. Makes nothing, and tags nothing. */
function pruneRights(file) {
  const mine = { 'aws:ResourceTag/ec2-backup:deployment': file.deployment };
  const lifts = [...file.policies, ...file.retired].some(({ protect }) => protect !== undefined);
  const taking = [...DELETING, ...(lifts ? [LIFTING] : [])];
  return [
    ...readWhatMayGo(),
    // With DeleteAssociatedSnapshots, DeregisterImage asks for DeleteSnapshot on each of the AMI's snapshots.
    allow('DeleteOnlyItsOwn', {
      actions: DELETING,
      resources: [imagesIn(ANY), snapshotsIn(ANY)],
      condition: { StringEquals: mine },
    }),
    // Just before it deregisters.
    ...(lifts
      ? [
          allow('LiftProtectionOnlyFromItsOwn', {
            actions: LIFTING,
            resources: imagesIn(ANY),
            condition: { StringEquals: mine },
          }),
        ]
      : []),
    keepWhatIsHeld(file, taking),
    // DLM copies a source's tags, and with them this deployment's if somebody has put it there.
    deny('KeepWhatDlmMade', {
      actions: taking,
      resources: '*',
      condition: { Null: { 'aws:ResourceTag/aws:dlm:lifecycle-policy-id': 'false' } },
    }),
  ];
}

module.exports = { pruneRights };
