const { ANY, imagesIn, snapshotsIn } = require('./ec2-arns.cjs');
const { allow, deny, keepWhatIsHeld } = require('./iam.cjs');
const { keysIn } = require('./keys.cjs');
const { hasProtection } = require('./places.cjs');
const { readWhatMayGo } = require('./reading.cjs');

const DISABLING = 'ec2:DisableImage';
const IMAGES = [imagesIn(ANY)];
const SNAPSHOTS = [snapshotsIn(ANY)];

/**
 * Locks, protects, ages, shares and sets aside what this deployment made, each only where a word of the file asks for it.
 * What it locks and protects it cannot unlock, nor lift the protection of; it makes and deletes nothing.
 */
function protectRights(file) {
  if (!hasProtection(file)) return [];
  const says = (word) => file.policies.some((policy) => policy[word] !== undefined);
  // What is archived is shared with nobody.
  const asksForTiers = says('archiveAfter') || says('share');
  const own = ownOf(file);
  const changes = [
    ...(says('lock') ? [own('LockOnlyItsOwn', { actions: ['ec2:LockSnapshot'], resources: SNAPSHOTS })] : []),
    ...(file.policies.some(({ protect }) => protect === true)
      ? [
          own('ProtectOnlyItsOwn', {
            actions: ['ec2:EnableImageDeregistrationProtection'],
            resources: IMAGES,
          }),
        ]
      : []),
    ...(says('deprecateAfter')
      ? [own('DeprecateOnlyItsOwn', { actions: ['ec2:EnableImageDeprecation'], resources: IMAGES })]
      : []),
    ...(says('archiveAfter')
      ? [own('ArchiveOnlyItsOwn', { actions: ['ec2:ModifySnapshotTier'], resources: SNAPSHOTS })]
      : []),
    ...settingAside(file, own),
    ...sharing(file, own),
  ];
  return [
    ...readWhatMayGo(asksForTiers ? ['ec2:DescribeSnapshotTierStatus'] : []),
    ...changes,
    keepWhatIsHeld(file, [DISABLING]),
    // DLM copies a source's tags, and with them this deployment's if somebody has put it there.
    deny('LeaveWhatDlmMade', {
      actions: [
        ...new Set(changes.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action)),
      ]
        .filter((action) => action.startsWith('ec2:'))
        .sort(),
      resources: '*',
      condition: { Null: { 'aws:ResourceTag/aws:dlm:lifecycle-policy-id': 'false' } },
    }),
  ];
}

/** Statements about what carries this deployment's tag. */
function ownOf({ deployment }) {
  const mine = { 'aws:ResourceTag/ec2-backup:deployment': deployment };
  return (sid, { actions, resources, condition }) =>
    allow(sid, { actions, resources, condition: { StringEquals: mine, ...condition } });
}

/** Of a request without keys all are among those allowed: hence the second condition. */
function onlyTag(key) {
  return { 'ForAllValues:StringEquals': { 'aws:TagKeys': [key] }, Null: { 'aws:TagKeys': 'false' } };
}

/** What is disabled and wanted again is enabled also when no policy says `removal` any more. */
function settingAside({ policies }, own) {
  const disables = policies.some(({ removal }) => removal !== undefined);
  return [
    own('SetAsideOnlyItsOwn', {
      actions: [...(disables ? [DISABLING] : []), 'ec2:EnableImage'],
      resources: IMAGES,
    }),
    own('SaySinceWhen', {
      actions: ['ec2:CreateTags'],
      resources: IMAGES,
      condition: onlyTag('ec2-backup:disabled'),
    }),
  ];
}

/** IAM has no key for whom an AMI is shared with: that it is with nobody else, only our code sees to. */
function sharing({ policies }, own) {
  if (policies.every(({ share }) => share === undefined)) return [];
  const accounts = [...new Set(policies.flatMap(({ share = [] }) => share))].sort();
  const snapshots = { actions: 'ec2:ModifySnapshotAttribute', resources: '*' };
  // Of no account is any the wrong one.
  const others =
    accounts.length === 0
      ? { Null: { 'ec2:Add/userId': 'false' } }
      : { 'ForAnyValue:StringNotEquals': { 'ec2:Add/userId': accounts } };
  return [
    own('ShareOnlyItsOwn', {
      actions: ['ec2:ModifyImageAttribute', 'ec2:ModifySnapshotAttribute'],
      resources: [...IMAGES, ...SNAPSHOTS],
    }),
    own('SayWithWhom', {
      actions: ['ec2:CreateTags'],
      resources: [...IMAGES, ...SNAPSHOTS],
      condition: onlyTag('ec2-backup:shared'),
    }),
    deny('ShareWithNobodyElse', { ...snapshots, condition: others }),
    deny('NeverMakePublic', { ...snapshots, condition: { Null: { 'ec2:Add/group': 'false' } } }),
    allow('LookAtKeys', { actions: 'kms:DescribeKey', resources: keysIn(ANY) }),
  ];
}

module.exports = { protectRights };
