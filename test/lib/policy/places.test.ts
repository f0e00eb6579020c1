/** Which places there are, and how to get into them. */

import { describe, expect, test } from 'vitest';
import {
  allPlaces,
  copyPlaces,
  destinationsOf,
  homeSeenFrom,
  sourcePlaces,
  targetOf,
} from '../../../src/lib/policy/places.ts';
import type { Place, PolicyFile } from '../../../src/lib/policy/policy.ts';
import { parse } from '../../support/scenario.ts';

const HOME = { account: '111122223333', region: 'ap-northeast-2' };
const OTHER = '444455556666';

function fileWith(copies: string, targets = ''): PolicyFile {
  return parse(`
version: 1
deployment: test
policies:
  a: { backup: image, schedule: every 24 hours, keep: { daily: 3 }, copies: ${copies} }
  b: { backup: volume, schedule: every 24 hours, keep: { daily: 3 } }
${targets}`);
}

const named = (places: readonly Place[]): string[] =>
  places.map(({ account, region }) => `${account} ${region}`);

const EU = { account: OTHER, region: 'eu-west-1' };
const VAULT_AT = { account: OTHER, region: 'us-east-1' };
const OWN = '{ account: "111122223333", region: ap-northeast-2 }';
const SOURCE = `{ account: "${OTHER}", region: eu-west-1, rolePrefix: backups, externalId: tea-pot }`;
const VAULT = `{ account: "${OTHER}", region: us-east-1, rolePrefix: backups, externalId: tea-pot, copiesOnly: true }`;

describe('without targets', () => {
  const file = fileWith('[{ region: us-east-1 }, { region: ap-northeast-2 }]');

  test('backups are made at home, and copied within its account', () => {
    expect(sourcePlaces(file, HOME)).toEqual([HOME]);
    expect(named(copyPlaces(file, HOME))).toEqual(['111122223333 us-east-1']);
    expect(named(allPlaces(file, HOME))).toEqual(['111122223333 ap-northeast-2', '111122223333 us-east-1']);
  });

  test('there is no way into another place', () => {
    expect(targetOf(file, HOME, HOME)).toEqual(HOME);
    expect(targetOf(file, { ...HOME, region: 'us-east-1' }, HOME)).toEqual({
      ...HOME,
      region: 'us-east-1',
      copiesOnly: true,
    });
    expect(targetOf(file, { ...HOME, region: 'us-west-2' }, HOME)).toBeUndefined();
    expect(targetOf(file, { ...HOME, account: OTHER }, HOME)).toBeUndefined();
  });
});

describe('with targets', () => {
  test('copies without an account are in that of each source, each place once', () => {
    const file = fileWith('[{ region: us-east-1 }, { region: eu-west-1 }]', `targets: [${OWN}, ${SOURCE}]\n`);
    expect(named(sourcePlaces(file, HOME))).toEqual(['111122223333 ap-northeast-2', `${OTHER} eu-west-1`]);
    expect(named(copyPlaces(file, HOME))).toEqual([
      '111122223333 us-east-1',
      '111122223333 eu-west-1',
      `${OTHER} us-east-1`,
    ]);
  });

  test('what only takes copies is no source, but a place', () => {
    const file = fileWith('[]', `targets: [${OWN}, ${VAULT}]\n`);
    expect(named(sourcePlaces(file, HOME))).toEqual(['111122223333 ap-northeast-2']);
    expect(copyPlaces(file, HOME)).toEqual([]);
    expect(named(allPlaces(file, HOME))).toEqual(['111122223333 ap-northeast-2', `${OTHER} us-east-1`]);
  });

  test('where all of them only take copies, backups are made at home', () => {
    const file = fileWith(`[{ account: "${OTHER}", region: us-east-1 }]`, `targets: [${VAULT}]\n`);
    expect(sourcePlaces(file, HOME)).toEqual([HOME]);
    expect(named(allPlaces(file, HOME))).toEqual(['111122223333 ap-northeast-2', `${OTHER} us-east-1`]);
  });

  test('a place that only a copy names is got into as the targets of its account are', () => {
    const file = fileWith(`[{ account: "${OTHER}", region: us-west-2 }]`, `targets: [${OWN}, ${VAULT}]\n`);
    const place = { account: OTHER, region: 'us-west-2' };
    expect(targetOf(file, place, HOME)).toEqual({
      ...place,
      rolePrefix: 'backups',
      externalId: 'tea-pot',
      copiesOnly: true,
    });
    expect(targetOf(file, { ...place, region: 'us-west-1' }, HOME)).toBeUndefined();
  });
});

test('a policy’s copies of a place are not those in the place itself', () => {
  const file = fileWith('[{ region: us-east-1, keep: { last: 1 } }, { region: eu-west-1 }]');
  const [policy] = file.policies;
  if (!policy) throw new Error('the file has no policy');
  const from = { account: OTHER, region: 'eu-west-1' };
  expect(destinationsOf(policy, from)).toEqual([
    {
      place: { account: OTHER, region: 'us-east-1' },
      copy: { region: 'us-east-1', encrypted: false, keep: { last: 1 } },
    },
  ]);
});

describe('the home of a deployment that is not here', () => {
  const EAST = { ...HOME, region: 'us-east-1' };
  const copying = '[{ region: us-east-1 }]';
  const twoSources = '{ account: "111122223333", region: eu-west-1 }';
  const copiesHere = '{ account: "111122223333", region: us-east-1, copiesOnly: true }';

  test.each<[string, string, Place, string]>([
    ['the only place there is', '[]', HOME, 'here'],
    ['the only source, beside what is entered with a role', `targets: [${OWN}, ${SOURCE}]`, HOME, 'here'],
    ['the only source, beside what takes copies', `targets: [${OWN}, ${copiesHere}]`, HOME, 'here'],
    ['one of two sources', `targets: [${OWN}, ${twoSources}]`, HOME, 'here or elsewhere'],
    ['a target that only takes copies', `targets: [${OWN}, ${copiesHere}]`, EAST, 'here or elsewhere'],
    ['a source that is entered with a role', `targets: [${OWN}, ${SOURCE}]`, EU, 'here or elsewhere'],
    ['a place of copies that is entered with a role', `targets: [${OWN}, ${VAULT}]`, VAULT_AT, 'elsewhere'],
    ['no target, but a place of copies', `targets: [${OWN}]`, EAST, 'elsewhere'],
    ['a place of copies where the file names no target', '[]', EAST, 'here or elsewhere'],
  ])('seen from %s', (_, targets, place, expected) => {
    const file = fileWith(copying, targets === '[]' ? '' : `${targets}\n`);
    expect(homeSeenFrom(place, file)).toBe(expected);
  });
});
