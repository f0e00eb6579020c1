const { ANY, imagesIn, instancesIn, snapshotsIn, volumesIn } = require('./ec2-arns.cjs');
const { hooksOfBackups } = require('./hooks.cjs');
const { allow } = require('./iam.cjs');
const { keysIn, keysThroughEc2 } = require('./keys.cjs');
const { readSourcesAndBackups } = require('./reading.cjs');

const CREATING = ['CreateImage', 'CreateSnapshot', 'CreateSnapshots'];
const MADE = [imagesIn(ANY), snapshotsIn(ANY)];

/** Makes backups, tagged as this deployment's by the creating call. Deletes nothing, and tags nothing that exists. */
function backupRights(file) {
  const tagged = { 'aws:RequestTag/ec2-backup:deployment': file.deployment };
  return [
    readSourcesAndBackups(),
    allow('BackUpInstances', {
      actions: ['ec2:CreateImage', 'ec2:CreateSnapshots'],
      resources: instancesIn(ANY),
    }),
    allow('BackUpVolumes', {
      actions: ['ec2:CreateSnapshot', 'ec2:CreateSnapshots'],
      resources: volumesIn(ANY),
    }),
    allow('MakeOnlyWhatIsTagged', {
      actions: CREATING.map((action) => `ec2:${action}`),
      resources: MADE,
      condition: { StringEquals: tagged },
    }),
    // Tags in a creating call are authorised as CreateTags. On its own it would open what the pruning role guards.
    allow('TagOnlyWhatIsBeingMade', {
      actions: 'ec2:CreateTags',
      resources: MADE,
      condition: { StringEquals: { ...tagged, 'ec2:CreateAction': CREATING } },
    }),
    ...hooksOfBackups(file),
    ...keysThroughEc2([keysIn(ANY)], [ANY]),
  ];
}

module.exports = { backupRights };
