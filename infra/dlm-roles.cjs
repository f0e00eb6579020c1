const { deny, allow, keepWhatIsHeld, role, sub } = require('./iam.cjs');
const { dlmNeeds } = require('./dlm-needs.cjs');
const { HERE, imagesIn, instancesIn, snapshotsIn, volumesIn } = require('./ec2-arns.cjs');
const { hooks } = require('./hooks.cjs');
const { keysIn, keysThroughEc2 } = require('./keys.cjs');
const { DLM_ROLE_ID, dlmRoleName, regionPart, rolePath } = require('./names.cjs');

/**
 * The roles that DLM works under in a Region of the template's account, by id: of those two only what the file needs,
 * each for what the file uses and no more.
 */
function dlmRoles(file, region) {
  const { snapshots, images } = dlmNeeds(file);
  const ending = region === HERE ? '' : `In${regionPart(region)}`;
  return {
    ...(snapshots && {
      [`${DLM_ROLE_ID.snapshots}${ending}`]: dlmRole(file, 'snapshots', {
        region,
        statements: snapshotStatements(snapshots, region),
      }),
    }),
    ...(images && {
      [`${DLM_ROLE_ID.images}${ending}`]: dlmRole(file, 'images', {
        region,
        statements: imageStatements(images, region),
      }),
    }),
  };
}

/** Only lifecycle policies of this account and Region take it on. A wildcard: the first one's id is not known yet. */
function dlmRole(file, kind, { region, statements }) {
  return role({
    name: dlmRoleName(file, kind, region),
    path: rolePath(file),
    description: `ec2-backup, deployment ${file.deployment}: DLM makes and deletes ${kind}`,
    principal: { Service: 'dlm.amazonaws.com' },
    condition: {
      StringEquals: { 'aws:SourceAccount': sub('${AWS::AccountId}') },
      ArnLike: {
        'aws:SourceArn': sub(`arn:\${AWS::Partition}:dlm:${region}:\${AWS::AccountId}:policy/*`),
      },
    },
    statements: [...statements, keepWhatIsHeld(file, DELETING), keepWhatTheLambdasMade()],
  });
}

const DELETING = ['ec2:DeregisterImage', 'ec2:DeleteSnapshot'];

function snapshotStatements({ volumes, sets, copies, shares, fastRestore, archive, documents }, region) {
  const snapshots = everywhere(region, copies, snapshotsIn);
  const here = snapshotsIn(region);
  return [
    look(['DescribeInstances', 'DescribeSnapshots', 'DescribeVolumes']),
    ...when(volumes, allow('BackUpVolumes', ec2('CreateSnapshot', [volumesIn(region), here]))),
    ...when(
      sets,
      allow('BackUpInstances', ec2('CreateSnapshots', [instancesIn(region), volumesIn(region), here])),
    ),
    allow('TagBackups', ec2('CreateTags', snapshots)),
    ...deleting(['DeleteSnapshot'], { expired: snapshots, earlier: [snapshotsIn('*')] }),
    ...when(copies.length > 0, allow('CopySnapshots', ec2('CopySnapshot', snapshots))),
    ...keys(region, copies),
    ...when(shares.length > 0, ...sharing(shares, here)),
    ...when(
      fastRestore,
      look(['DescribeAvailabilityZones', 'DescribeFastSnapshotRestores'], 'FastRestore'),
      allow('RestoreFast', {
        actions: ['ec2:DisableFastSnapshotRestores', 'ec2:EnableFastSnapshotRestores'],
        resources: here,
      }),
    ),
    ...when(
      archive,
      look(['DescribeSnapshotTierStatus'], 'Archive'),
      allow('Archive', ec2('ModifySnapshotTier', here)),
    ),
    ...when(documents.length > 0, ...hooks(documents, region)),
  ];
}

function imageStatements({ copies, deprecation }, region) {
  const images = everywhere(region, copies, imagesIn);
  const both = [...images, ...everywhere(region, copies, snapshotsIn)];
  const earlier = [imagesIn('*'), snapshotsIn('*')];
  return [
    look([
      'DescribeImageAttribute',
      'DescribeImages',
      'DescribeInstances',
      'DescribeSnapshots',
      'DescribeVolumes',
    ]),
    allow(
      'BackUpInstances',
      ec2('CreateImage', [instancesIn(region), imagesIn(region), snapshotsIn(region)]),
    ),
    allow('TagBackups', ec2('CreateTags', both)),
    ...deleting(['DeleteSnapshot', 'DeregisterImage'], { expired: both, earlier }),
    ...when(copies.length > 0, allow('CopyImages', ec2('CopyImage', both))),
    ...keys(region, copies),
    ...when(
      deprecation,
      allow('Deprecate', {
        actions: ['ec2:DisableImageDeprecation', 'ec2:EnableImageDeprecation'],
        resources: images,
      }),
    ),
  ];
}

/** Calls that know no resources. */
function look(actions, sid = 'SourcesAndBackups') {
  return allow(`Read${sid}`, { actions: actions.map((action) => `ec2:${action}`), resources: '*' });
}

/**
 * What has expired goes, here and where copies are made. Copies made before the file lost that Region are found by
 * DLM's own tag.
 */
function deleting(names, { expired, earlier }) {
  const actions = names.map((name) => `ec2:${name}`);
  return [
    allow('DeleteTheExpired', { actions, resources: expired }),
    allow('DeleteEarlierCopies', {
      actions,
      resources: earlier,
      condition: { Null: { 'aws:ResourceTag/aws:dlm:lifecycle-policy-id': 'false' } },
    }),
  ];
}

/** DLM deletes nothing that is the pruning role's, and that DLM has not tagged. */
function keepWhatTheLambdasMade() {
  return deny('KeepWhatTheLambdasMade', {
    actions: DELETING,
    resources: '*',
    condition: {
      Null: {
        'aws:ResourceTag/ec2-backup:deployment': 'false',
        'aws:ResourceTag/aws:dlm:lifecycle-policy-id': 'true',
      },
    },
  });
}

/** With the file's accounts and nobody else. */
function sharing(accounts, snapshots) {
  return [
    look(['DescribeSnapshotAttribute'], 'Shares'),
    allow('Share', ec2('ModifySnapshotAttribute', snapshots)),
    deny('ShareWithNobodyElse', {
      ...ec2('ModifySnapshotAttribute', '*'),
      condition: { 'ForAnyValue:StringNotEquals': { 'ec2:Add/userId': accounts } },
    }),
    deny('NeverMakePublic', {
      ...ec2('ModifySnapshotAttribute', '*'),
      condition: { Null: { 'ec2:Add/group': 'false' } },
    }),
  ];
}

/** Sources have any key of their Region; copies those that the file names, or any of their Region where it names none. */
function keys(region, copies) {
  const ofCopies = copies.flatMap(({ region: to, keys: named }) =>
    named.includes(undefined) ? [keysIn(to)] : named,
  );
  return keysThroughEc2([keysIn(region), ...ofCopies], [region, ...copies.map(({ region: to }) => to)]);
}

/** A pattern of ARNs for a Region and each that copies go to from there. */
function everywhere(region, copies, patternIn) {
  return [patternIn(region), ...copies.map(({ region: to }) => patternIn(to))];
}

function ec2(action, resources) {
  return { actions: `ec2:${action}`, resources };
}

function when(isNeeded, ...statements) {
  return isNeeded ? statements : [];
}

module.exports = { dlmRoles };
