const { ANY, imagesIn, snapshotsIn } = require('./ec2-arns.cjs');
const { allow, deny, keepWhatIsHeld } = require('./iam.cjs');
const { readWhatMayGo } = require('./reading.cjs');

const DELETING = ['ec2:DeregisterImage', 'ec2:DeleteSnapshot'];

/** Deletes what this deployment made and nobody holds. Makes nothing, and tags nothing. */
function pruneRights(file) {
  const mine = { 'aws:ResourceTag/ec2-backup:deployment': file.deployment };
  return [
    ...readWhatMayGo(),
    // With DeleteAssociatedSnapshots, DeregisterImage asks for DeleteSnapshot on each of the AMI's snapshots.
    allow('DeleteOnlyItsOwn', {
      actions: DELETING,
      resources: [imagesIn(ANY), snapshotsIn(ANY)],
      condition: { StringEquals: mine },
    }),
    keepWhatIsHeld(file, DELETING),
    // DLM copies a source's tags, and with them this deployment's if somebody has put it there.
    deny('KeepWhatDlmMade', {
      actions: DELETING,
      resources: '*',
      condition: { Null: { 'aws:ResourceTag/aws:dlm:lifecycle-policy-id': 'false' } },
    }),
  ];
}

module.exports = { pruneRights };
