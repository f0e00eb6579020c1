/** The role that copies against the calls that the simulated account saw, and against what it must never do. */

import { describe, expect, test } from 'vitest';
import { Authorisations, type Asked } from '../support/authorisation.ts';
import { ACCOUNT, REGION, stackOf, type Template } from '../support/cloudformation.ts';
import { isAllowed, type Statement } from '../support/iam.ts';
import { AWAY, copiesIn, OTHER, policiesCopied, replicateAll, Replicating } from '../support/replicating.ts';
import { parse } from '../support/scenario.ts';
import { placeRoles, resourcesOf, statementsOf } from '../support/template.ts';
import { allowedBy, inRegion, ownActions, refusedBy, withContext } from './asked.ts';

const KEY = 'kms:';
const DEPLOYMENT = 'aws:RequestTag/ec2-backup:deployment';
const ROLE = 'ReplicateRole';

interface Copied {
  readonly place: Replicating;
  readonly text: string;
  /** What was asked of the home account where the backups are, and where the copies go, in whichever account. */
  readonly from: readonly Asked[];
  readonly to: readonly Asked[];
  /** The role of the function at home, and where it takes one on in the other account that one. */
  readonly own: readonly Statement[];
  readonly away: readonly Statement[];
}

/** Backups of every kind, copied to another Region: of the same account, or of another one. */
async function copied(account: string): Promise<Copied> {
  let key = '';
  const keyOf = (region: { readonly keys: { create(sharedWith?: readonly string[]): string } }): string => {
    key = region.keys.create([AWAY]);
    return key;
  };
  const isAway = account === AWAY;
  const plain = policiesCopied(`[{ region: ${OTHER} }]`);
  const place = new Replicating({ policies: plain, ...(isAway && { keyOf }) });
  const there = place.region(OTHER, account);
  const target = `targets:
  - { account: "${ACCOUNT}", region: ${REGION} }
  - { account: "${AWAY}", region: ${OTHER}, rolePrefix: ec2-backup, copiesOnly: true }
`;
  const text = isAway
    ? policiesCopied(
        `[{ account: "${AWAY}", region: ${OTHER}, key: "${there.keys.create([ACCOUNT])}" }]`,
        target,
      )
    : plain;
  await place.backUp();
  const before = place.scenario.region.calls.length;
  const tags = new Authorisations(ACCOUNT, place.scenario.region);
  await replicateAll(place, text);
  expect(copiesIn(there)).toHaveLength(3);
  const calls = place.scenario.region.calls.slice(before).filter(({ service }) => service !== 'sts');
  const made = there.calls.filter(({ service }) => service !== 'sts');
  const atDestination = new Authorisations(account, there);
  return {
    place,
    text,
    from: calls.flatMap((call) => tags.of(call)),
    to: made.flatMap((call) => atDestination.of(call)),
    own: statementsOf(resourcesOf(parse(text)), ROLE),
    away: isAway ? statementsOf(awayOf(text), ROLE) : [],
  };
}

function awayOf(text: string): Template {
  return stackOf(placeRoles(parse(text)), { HomeAccount: ACCOUNT, HomeRegion: REGION }, AWAY);
}

const commands = (asked: readonly Asked[]): Set<string> => new Set(asked.map(({ command }) => command));
const READING = ['DescribeImages', 'DescribeSnapshots'];
const COPYING = ['CopyImage', 'CopySnapshot'];
const SHARING = ['ModifyImageAttribute', 'ModifySnapshotAttribute'];

describe('to another Region of the account', () => {
  test('every call is allowed, and no action that was not needed', async () => {
    const { from, to, own } = await copied(ACCOUNT);
    expect(commands(from)).toEqual(new Set(READING));
    expect(commands(to)).toEqual(new Set([...READING, ...COPYING]));
    expect(refusedBy(own, [...from, ...to])).toEqual([]);
    expect(ownActions(own)).toEqual(new Set([...from, ...to].map(({ action }) => action)));
  });

  test('nothing is made without this deployment’s tag', async () => {
    const { own, to } = await copied(ACCOUNT);
    const making = to.filter(({ context }) => DEPLOYMENT in context);
    expect(commands(making)).toEqual(new Set(COPYING));
    for (const deployment of [undefined, 'prod', 'TEST'])
      expect(
        allowedBy(
          own,
          making.map((one) => withContext(one, { [DEPLOYMENT]: deployment })),
        ),
      ).toEqual([]);
  });

  test('nothing is made in a Region that the file does not name', async () => {
    const { own, to } = await copied(ACCOUNT);
    const making = to.filter(({ context }) => DEPLOYMENT in context);
    const elsewhere = making.map((one) => inRegion(one, { from: OTHER, to: 'eu-west-1' }));
    expect(elsewhere.length).toBeGreaterThan(0);
    expect(allowedBy(own, elsewhere)).toEqual([]);
  });

  test('nothing is shared with anybody, deleted, or tagged that exists', async () => {
    const { own, place } = await copied(ACCOUNT);
    const now = new Authorisations(ACCOUNT, place.scenario.region);
    const { region } = place.scenario;
    const [images, snapshots] = [region.images(), region.snapshots()];
    expect(images.length).toBeGreaterThan(0);
    const never = [
      ...images.flatMap(({ id }) => [
        ...now.deregisterImage(id),
        ...now.shareImage(id),
        ...now.createTags('image', id, { 'ec2-backup:deployment': 'test' }),
      ]),
      ...snapshots.flatMap(({ id }) => [
        ...now.deleteSnapshot(id),
        ...now.shareSnapshot(id, { 'ec2:Add/userId': AWAY }),
        ...now.createTags('snapshot', id, { 'ec2-backup:deployment': 'test' }),
      ]),
    ];
    expect(allowedBy(own, never)).toEqual([]);
  });

  test('tags are put on in no other creating call', async () => {
    const { own, to } = await copied(ACCOUNT);
    const tagging = to.filter(({ action }) => action === 'ec2:CreateTags');
    expect(tagging.length).toBeGreaterThan(0);
    for (const other of ['CreateImage', 'CreateSnapshot', 'RunInstances']) {
      const asked = tagging.map((one) => withContext(one, { 'ec2:CreateAction': other }));
      expect(allowedBy(own, asked)).toEqual([]);
    }
  });

  test('the functions that make and delete backups copy nothing', async () => {
    const { to, text } = await copied(ACCOUNT);
    const making = to.filter(({ command }) => COPYING.includes(command));
    for (const id of ['BackupRole', 'PruneRole', 'RegisterPoliciesRole', 'WatchRole', 'DigestRole'])
      expect(allowedBy(statementsOf(resourcesOf(parse(text)), id), making), id).toEqual([]);
  });
});

describe('to another account', () => {
  test('originals are looked at and shared at home, and copied by the other account’s role', async () => {
    const { from, to, own, away } = await copied(AWAY);
    expect(commands(from)).toEqual(new Set([...READING, ...SHARING, 'DescribeKey']));
    expect(refusedBy(own, from)).toEqual([]);
    expect(commands(to)).toEqual(new Set([...READING, ...COPYING]));
    expect(refusedBy(away, to)).toEqual([]);
    const needed = new Set([...from, ...to].map(({ action }) => action));
    expect(new Set([...ownActions(own)].filter((action) => !action.startsWith('sts:')))).toEqual(
      new Set([...needed].filter((action) => !action.startsWith(KEY))),
    );
  });

  test('nothing is shared with an account that nothing is copied to, nor with everybody', async () => {
    const { place, own } = await copied(AWAY);
    const { region } = place.scenario;
    const now = new Authorisations(ACCOUNT, region);
    const share = (change: Parameters<typeof now.shareSnapshot>[1]): readonly Asked[] =>
      region.snapshots().flatMap(({ id }) => now.shareSnapshot(id, change));
    expect(refusedBy(own, share({ 'ec2:Add/userId': [AWAY] }))).toEqual([]);
    expect(allowedBy(own, share({ 'ec2:Add/userId': ['999999999999'] }))).toEqual([]);
    expect(allowedBy(own, share({ 'ec2:Add/userId': [AWAY, '999999999999'] }))).toEqual([]);
    expect(allowedBy(own, share({ 'ec2:Add/group': ['all'] }))).toEqual([]);
  });

  test('[H29] nothing is shared that is not this deployment’s', async () => {
    const { place, own } = await copied(AWAY);
    const { region } = place.scenario;
    for (const tags of [{}, { 'ec2-backup:deployment': 'prod' }]) {
      const snapshot = region.createForeignSnapshot({ tags });
      const image = region.registerImage({ name: `other ${Object.keys(tags).length}`, tags });
      const now = new Authorisations(ACCOUNT, region);
      const asked = [...now.shareSnapshot(snapshot, { 'ec2:Add/userId': [AWAY] }), ...now.shareImage(image)];
      expect(allowedBy(own, asked)).toEqual([]);
    }
  });

  test('the key of an original may be used through EC2 in its own Region, and by nobody directly', async () => {
    const { away } = await copied(AWAY);
    const key = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1`;
    const may = (context: Readonly<Record<string, string>>, action = 'kms:ReEncryptFrom'): boolean =>
      isAllowed(away, { action, resource: key, context });
    const via = { 'aws:RequestedRegion': REGION, 'kms:ViaService': `ec2.${REGION}.amazonaws.com` };
    expect(may(via)).toBe(true);
    expect(may({ 'aws:RequestedRegion': REGION })).toBe(false);
    expect(may(via, 'kms:CreateGrant')).toBe(false);
    expect(may({ ...via, 'kms:GrantIsForAWSResource': 'true' }, 'kms:CreateGrant')).toBe(true);
    const other = { 'aws:RequestedRegion': 'eu-west-1', 'kms:ViaService': 'ec2.eu-west-1.amazonaws.com' };
    expect(may(other)).toBe(false);
  });

  test('the other account has a role for each job that has something to do there, and no other', async () => {
    const { text } = await copied(AWAY);
    const names = Object.keys(awayOf(text).Resources);
    expect(names).toEqual(['ReplicateRole', 'PruneRole', 'WatchRole']);
  });

  test('the functions take on no role there that is not needed', async () => {
    const { text } = await copied(AWAY);
    const takesOn = (job: string): boolean =>
      isAllowed(statementsOf(resourcesOf(parse(text)), `${job}Role`), {
        action: 'sts:AssumeRole',
        resource: `arn:aws:iam::${AWAY}:role/ec2-backup-${ROLES[job] ?? ''}`,
        context: {},
      });
    expect(Object.keys(ROLES).filter(takesOn)).toEqual(['Replicate', 'Prune', 'Watch']);
  });
});

const ROLES: Readonly<Record<string, string>> = {
  Backup: 'backup',
  Replicate: 'replicate',
  Prune: 'prune',
  RegisterPolicies: 'register-policies',
  Watch: 'watch',
};

test('without copies the role may do nothing in any place', () => {
  const text = policiesCopied('[]', `targets: [{ account: "${ACCOUNT}", region: ${REGION} }]\n`);
  expect(ownActions(statementsOf(resourcesOf(parse(text)), ROLE))).toEqual(new Set());
  const away = text.replace(`${REGION} }`, `${REGION}, rolePrefix: ec2-backup }`);
  const made = stackOf(placeRoles(parse(away)), { HomeAccount: '999999999999', HomeRegion: REGION });
  expect(Object.keys(made.Resources)).toEqual([
    'BackupRole',
    'PruneRole',
    'RegisterPoliciesRole',
    'WatchRole',
  ]);
});
