const { ANY, imagesIn, snapshotsIn } = require('./ec2-arns.cjs');
const { allow, deny } = require('./iam.cjs');
const { keysIn, keysThroughEc2 } = require('./keys.cjs');
const { hasCopies, sharedAccounts } = require('./places.cjs');

const COPYING = ['CopyImage', 'CopySnapshot'];
const BACKUPS = [imagesIn(ANY), snapshotsIn(ANY)];

/**
 * IAM is asked for the original and for the copy. What has an id is the original: the copy has none yet, and is a literal
 * `*` in place of one.
 */
const ORIGINALS = [imagesIn(ANY, 'ami-*'), snapshotsIn(ANY, 'snap-*')];

/**
 * Copies backups, tagged as this deployment's by the copying call, and lets another account copy them where the file says
 * so. Deletes nothing, and tags nothing that exists. Nothing at all where no policy has copies.
 */
function replicateRights(file) {
  if (!hasCopies(file)) return [];
  const tagged = { 'aws:RequestTag/ec2-backup:deployment': file.deployment };
  const copying = COPYING.map((action) => `ec2:${action}`);
  return [
    allow('ReadBackups', { actions: ['ec2:DescribeImages', 'ec2:DescribeSnapshots'], resources: '*' }),
    // Whose tags an original has is not to be seen from another account.
    allow('CopyWhatItMaySee', { actions: copying, resources: ORIGINALS }),
    allow('MakeOnlyWhatIsTagged', {
      actions: copying,
      resources: BACKUPS,
      condition: { StringEquals: tagged },
    }),
    allow('TagOnlyWhatIsBeingMade', {
      actions: 'ec2:CreateTags',
      resources: BACKUPS,
      condition: { StringEquals: { ...tagged, 'ec2:CreateAction': COPYING } },
    }),
    ...keysThroughEc2([keysIn(ANY)], [ANY]),
    ...lookingAtKeys(file),
    ...sharing(file, sharedAccounts(file)),
  ];
}

/** Whether a copy's key is there, and whether another account can use an original's. */
function lookingAtKeys(file) {
  const named = file.policies.some(({ copies }) => copies.some(({ key }) => key !== undefined));
  if (!named && sharedAccounts(file).length === 0) return [];
  return [allow('LookAtKeys', { actions: 'kms:DescribeKey', resources: keysIn(ANY) })];
}

/** IAM has no key for whom an AMI is shared with: that it is with nobody else, only our code sees to. */
function sharing(file, accounts) {
  if (accounts.length === 0) return [];
  const snapshots = { actions: 'ec2:ModifySnapshotAttribute', resources: '*' };
  return [
    allow('ShareOnlyItsOwn', {
      actions: ['ec2:ModifyImageAttribute', 'ec2:ModifySnapshotAttribute'],
      resources: BACKUPS,
      condition: { StringEquals: { 'aws:ResourceTag/ec2-backup:deployment': file.deployment } },
    }),
    deny('ShareWithNobodyElse', {
      ...snapshots,
      condition: { 'ForAnyValue:StringNotEquals': { 'ec2:Add/userId': accounts } },
    }),
    deny('NeverMakePublic', { ...snapshots, condition: { Null: { 'ec2:Add/group': 'false' } } }),
  ];
}

module.exports = { replicateRights };
