/** The role of the rehearsals: it starts backups in its subnets, ends only what it started, and writes one tag. */

import { describe, expect, test } from 'vitest';
import { rehearsalProfileArn } from '../../src/lib/plan/rehearsal-profile.ts';
import { rehearsable, rehearsedPolicies, round } from '../support/rehearsing.ts';
import { Authorisations, type Asked } from '../support/authorisation.ts';
import { ACCOUNT, REGION, stackOf } from '../support/cloudformation.ts';
import { isAllowed } from '../support/iam.ts';
import { MINUTE, parse, POLICIES } from '../support/scenario.ts';
import { placeRoles, propertiesOf, resourcesOf, resourcesOfType, statementsOf } from '../support/template.ts';
import { allowedBy, inRegion, ownActions, refusedBy, withContext } from './asked.ts';
import { someDays } from './some-days.ts';

const template = resourcesOf(parse(rehearsedPolicies()));
const role = statementsOf(template, 'RehearseRole');

/** Rehearsals with and without a command, and what IAM was asked for by each call, with the tags of that time. */
async function asked(): Promise<readonly Asked[]> {
  const { scenario } = await rehearsable();
  const { region, account, clock } = scenario;
  const all: Asked[] = [];
  for (const policy of ['nightly', 'sets']) {
    const slot = clock.now();
    for (let number = 1; number < 30; number += 1) {
      region.calls.length = 0;
      const before = new Authorisations(account.account, region);
      const { isLeft } = await round(scenario, policy, { slot, round: number });
      const after = new Authorisations(account.account, region);
      // What a round makes and goes on to use is known only after it, what it takes away only before.
      for (const call of region.calls) {
        const isEnd = /^(?:Delete|Deregister)/.test(call.command);
        all.push(...(isEnd ? before : after).of(call));
      }
      clock.advance(MINUTE);
      if (!isLeft) break;
    }
  }
  return all;
}

const DEPLOYMENT = 'aws:ResourceTag/ec2-backup:deployment';
const MARK = 'aws:ResourceTag/ec2-backup:rehearsal';

describe('a rehearsal’s own calls', () => {
  test('are all allowed to its role, and need every action that it has', async () => {
    const all = await asked();
    expect(refusedBy(role, all)).toEqual([]);
    const own = all.map(({ action }) => action).filter((action) => !action.startsWith('kms:'));
    expect(ownActions(role)).toEqual(new Set(own));
  });

  test('in another Region are refused, but for looking at commands and keys', async () => {
    const elsewhere = (await asked())
      .filter(({ action }) => !/^(?:ssm:(?:Get|List|Describe)|iam:|kms:)/.test(action))
      .map((one) => inRegion(one, { from: REGION, to: 'eu-west-1' }));
    expect(allowedBy(role, elsewhere)).toEqual([]);
  });
});

describe('the rehearsing role', () => {
  test('terminates, deregisters and changes nothing without its mark, or of another deployment', async () => {
    const ends = (await asked()).filter(({ action }) =>
      /:(?:Terminate|Deregister|Delete|Revoke|Authorize|SendCommand)/.test(action),
    );
    const own = ends.filter(({ context }) => MARK in context);
    expect(own.length).toBeGreaterThan(6);
    expect(
      allowedBy(
        role,
        own.map((one) => withContext(one, { [MARK]: undefined })),
      ),
    ).toEqual([]);
    expect(
      allowedBy(
        role,
        own.map((one) => withContext(one, { [DEPLOYMENT]: 'prod' })),
      ),
    ).toEqual([]);
  });

  test('starts nothing without its tags, with a key, in another subnet or group, or of what is no backup', async () => {
    const starts = (await asked()).filter(({ action }) => action === 'ec2:RunInstances');
    const tags = ['aws:RequestTag/ec2-backup:rehearsal', 'aws:RequestTag/ec2-backup:deployment'];
    const made = starts.filter(({ context }) => tags.every((tag) => tag in context));
    expect(made.length).toBeGreaterThan(3);
    for (const tag of tags)
      expect(
        allowedBy(
          role,
          made.map((one) => withContext(one, { [tag]: undefined })),
        ),
      ).toEqual([]);
    const used = starts.filter(({ resource }) => /:(?:image|snapshot|security-group)\//.test(resource));
    expect(used.length).toBeGreaterThan(3);
    expect(
      allowedBy(
        role,
        used.map((one) => withContext(one, { [DEPLOYMENT]: undefined })),
      ),
    ).toEqual([]);
    const context = { 'aws:RequestedRegion': REGION };
    for (const other of ['subnet/subnet-0bbbbbbbbbbbbbbbb', 'key-pair/ops'])
      expect(
        isAllowed(role, {
          action: 'ec2:RunInstances',
          resource: `arn:aws:ec2:${REGION}:${ACCOUNT}:${other}`,
          context,
        }),
      ).toBe(false);
  });

  test('writes no tag but the result on what exists, and that only on its backups', async () => {
    const { scenario, ami } = await rehearsable();
    const { region, account } = scenario;
    const now = new Authorisations(account.account, region);
    const foreign = region.registerImage({ name: 'foreign' });
    const after = new Authorisations(account.account, region);
    const result = { 'ec2-backup:rehearsed': 'ok 2026-11-22T05:00:00Z' };
    expect(refusedBy(role, now.createTags('image', ami, result))).toEqual([]);
    const others = [
      { 'Backup:Hold': 'x' },
      { 'ec2-backup:rehearsal': 'nightly/2026-11-22T05:00:00Z' },
      { ...result, 'ec2-backup:deployment': 'test' },
      {},
    ];
    expect(
      allowedBy(
        role,
        others.flatMap((tags) => now.createTags('image', ami, tags)),
      ),
    ).toEqual([]);
    expect(allowedBy(role, after.createTags('image', foreign, result))).toEqual([]);
  });

  test('makes no backup and deletes none', async () => {
    const { backups, prunes } = await someDays();
    const changes = [...backups, ...prunes].filter(({ action }) => !/:(?:Describe|List|Get)/.test(action));
    expect(changes.length).toBeGreaterThan(20);
    expect(allowedBy(role, changes)).toEqual([]);
  });

  test('passes on the profile of rehearsals and no other role, and only to EC2', () => {
    const place = { account: ACCOUNT, region: REGION, partition: 'aws' };
    const resource = rehearsalProfileArn('test', place).replace(':instance-profile/', ':role/');
    const pass = (arn: string, service: string): boolean =>
      isAllowed(role, {
        action: 'iam:PassRole',
        resource: arn,
        context: { 'iam:PassedToService': service, 'aws:RequestedRegion': REGION },
      });
    expect(pass(resource, 'ec2.amazonaws.com')).toBe(true);
    expect(pass(resource, 'lambda.amazonaws.com')).toBe(false);
    expect(pass(`arn:aws:iam::${ACCOUNT}:role/admin`, 'ec2.amazonaws.com')).toBe(false);
  });

  test('may only look where nothing is rehearsed', () => {
    const idle = statementsOf(resourcesOf(parse(POLICIES)), 'RehearseRole');
    expect([...ownActions(idle)].filter((action) => !action.startsWith('ec2:Describe'))).toEqual([]);
  });
});

describe('the profile of rehearsed instances', () => {
  test('has the name that the rehearsals say, and lets Systems Manager work and nothing else', () => {
    const [name, path] = ['test-ap-northeast-2-rehearsal', '/ec2-backup/test/'];
    expect(propertiesOf(template, 'RehearsalProfile')).toMatchObject({
      InstanceProfileName: name,
      Path: path,
    });
    expect(rehearsalProfileArn('test', { account: ACCOUNT, region: REGION, partition: 'aws' })).toBe(
      `arn:aws:iam::${ACCOUNT}:instance-profile${path}${name}`,
    );
    const properties = propertiesOf(template, 'RehearsalRole');
    expect(properties).toMatchObject({
      RoleName: name,
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'],
    });
    expect(properties).not.toHaveProperty('Policies');
  });

  test('is there only where a policy has a command', () => {
    const without = resourcesOf(parse(rehearsedPolicies().replace(/, command: .* }/, ' }')));
    expect(resourcesOfType(without, 'AWS::IAM::InstanceProfile')).toEqual([]);
  });

  test('is made in the account of its place', () => {
    const there = `account: "444455556666", region: us-east-1`;
    const targets = `targets:\n  - { account: "${ACCOUNT}", region: ${REGION} }\n  - { ${there}, rolePrefix: ec2-backup }\n`;
    const text = rehearsedPolicies().replaceAll(/(subnet: [\w-]+)/g, `$1, ${there}`);
    const file = parse(`${text}${targets}`);
    expect(resourcesOfType(resourcesOf(file), 'AWS::IAM::InstanceProfile')).toEqual([]);
    const elsewhere = stackOf(placeRoles(file), { HomeAccount: '111122223333', HomeRegion: REGION });
    expect(resourcesOfType(elsewhere, 'AWS::IAM::InstanceProfile')).toMatchObject([
      { InstanceProfileName: 'test-us-east-1-rehearsal' },
    ]);
  });
});
