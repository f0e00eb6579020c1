/** The deployed product: what is made at home is copied to another account as soon as it is good, and by the sweep otherwise. */

import { describe, expect, test } from 'vitest';
import type { StackTrouble } from '../../src/simulator/stack-trouble.ts';
import { NO_TROUBLE } from '../../src/simulator/stack-trouble.ts';
import { AWAY, deploy, HOME, type Deployment } from '../chaos/deployment.ts';
import { Tellings } from '../chaos/tellings.ts';
import { DAY, HOUR, MINUTE, parse } from '../support/scenario.ts';

/** Midnight, three hours before the backups. */
const START = Date.UTC(2026, 10, 22);

const POLICIES = `
version: 1
deployment: test
policies:
  nightly:
    backup: image
    schedule: cron(0 3 * * ? *)
    keep: { daily: 3 }
    copies: [{ account: "${AWAY.account}", region: ${AWAY.region} }]
  sets:
    backup: snapshots
    schedule: cron(0 3 * * ? *)
    keep: { daily: 2 }
    copies: [{ account: "${AWAY.account}", region: ${AWAY.region} }]
replicate: { schedule: "cron(0 9,21 * * ? *)" }
prune: { schedule: every 6 hours, maxShare: 30% }
targets:
  - { account: "${AWAY.account}", region: ${AWAY.region}, rolePrefix: ec2-backup, copiesOnly: true }
`;

const INSTANCE = {
  tags: { 'Backup:nightly': 'true', 'Backup:sets': 'true' },
  volumes: [
    { device: '/dev/xvda', sizeGiB: 8 },
    { device: '/dev/sdf', sizeGiB: 20 },
  ],
  launchedAt: START - DAY,
};

interface World extends Deployment {
  readonly home: NonNullable<ReturnType<Deployment['regions']['get']>>;
  readonly away: NonNullable<ReturnType<Deployment['regions']['get']>>;
}

function world(trouble: Partial<StackTrouble> = {}): World {
  const file = parse(POLICIES);
  const deployment = deploy({
    fileAt: () => file,
    start: START,
    settings: { readLag: MINUTE, latency: 100 },
    trouble: () => ({ ...NO_TROUBLE, ...trouble }),
    timeout: 900,
    tellings: new Tellings(),
  });
  const regionOf = ({ account, region }: typeof HOME): World['home'] => {
    const found = deployment.regions.get(`${account}/${region}`);
    if (!found) throw new Error(`no Region ${region} of ${account}`);
    return found;
  };
  const made = { ...deployment, home: regionOf(HOME), away: regionOf(AWAY) };
  made.home.runInstance(INSTANCE);
  return made;
}

/** The good parts of every point, which a copy has as its original. */
function pointsIn(region: World['home']): readonly string[] {
  return [...region.images(), ...region.snapshots()]
    .filter(({ state }) => state === 'available' || state === 'completed')
    .map(({ tags }) => `${tags['ec2-backup:policy']} ${tags['ec2-backup:slot']}`)
    .sort();
}

const sharedIn = ({ home }: World): readonly string[] =>
  [...home.images(), ...home.snapshots()].flatMap(({ sharedWith }) => sharedWith);

const alarmsOf = ({ stack }: World): readonly string[] =>
  [...stack.alarms()].filter(([, rung]) => rung.length > 0).map(([id]) => id);

describe('a backup', () => {
  test('is copied within the hour, without the sweep; nothing is shared or rings when that is done', async () => {
    const place = world();
    await place.stack.run(4 * HOUR);
    // The watch asks for the slots of the day before, too.
    expect(place.home.images()).toHaveLength(2);
    expect(pointsIn(place.away)).toEqual(pointsIn(place.home));
    await place.stack.run(8 * HOUR);
    expect(pointsIn(place.away)).toEqual(pointsIn(place.home));
    expect(sharedIn(place)).toEqual([]);
    expect(alarmsOf(place)).toEqual([]);
  }, 60_000);

  test('is copied by the sweep when no event comes', async () => {
    const place = world({ deliveries: (id) => (id.startsWith('BackupIsMade') ? [] : [0]) });
    await place.stack.run(8.9 * HOUR);
    expect(pointsIn(place.away)).toEqual([]);
    await place.stack.run(1.1 * HOUR);
    expect(place.home.images()).toHaveLength(2);
    expect(pointsIn(place.away)).toEqual(pointsIn(place.home));
  }, 60_000);

  test('and its copy are kept by their own rules for days, with one AMI and one set of each day', async () => {
    const place = world();
    await place.stack.run(5 * DAY);
    const days = (region: World['home'], policy: string): number =>
      new Set(
        region
          .snapshots()
          .flatMap(({ tags }) =>
            tags['ec2-backup:policy'] === policy ? (tags['ec2-backup:slot'] ?? []) : [],
          ),
      ).size;
    for (const region of [place.home, place.away]) {
      expect([days(region, 'nightly'), days(region, 'sets')]).toEqual([3, 2]);
      expect(region.images()).toHaveLength(3);
      expect(region.snapshots()).toHaveLength(3 * 2 + 2 * 2);
    }
    expect(sharedIn(place)).toEqual([]);
  }, 120_000);
});
