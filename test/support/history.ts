/** A small account with some days behind it: enough that a prune meets everything that it must tell apart. */

import { applyBackup, planBackupRun } from '../../src/lib/run/backup.ts';
import { onCommand } from '../../src/simulator/faults.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { DAY, MINUTE, Scenario, START } from './scenario.ts';

export const HISTORY_POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 1 } }
  sets: { backup: snapshots, schedule: cron(0 3 * * ? *), keep: { last: 3 } }
  disks: { backup: volume, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
prune: { schedule: every 6 hours, maxShare: 30% }
`;

export const HISTORY_NAMES = ['nightly', 'sets', 'disks'] as const;

const PAST_DAYS = 3;

export interface History {
  readonly scenario: Scenario;
  /** The slot that is due now and not made yet. */
  readonly slot: number;
  /** Of others, by id: AMIs and snapshots that no run may touch. */
  readonly foreign: readonly string[];
  /** The AMI that a launch template uses. */
  readonly used: string;
}

/**
 * Instances with one and several volumes and a volume of its own under three policies; three days of backups with a
 * failed AMI, a set made twice, an AMI that somebody deregistered without its snapshots, a set that somebody took
 * apart, an AMI in use and a held set; and backups of others. The same seed builds the same world, ids included.
 */
export async function buildHistory(seed: number, settings: Partial<SimulatorSettings>): Promise<History> {
  const scenario = new Scenario({ policies: HISTORY_POLICIES, settings });
  const { region, clock } = scenario;
  launchFleet(region, seed);
  const foreign = addForeign(region, seed);
  for (let day = 0; day < PAST_DAYS; day += 1) {
    const slot = START + day * DAY;
    clock.set(slot + MINUTE);
    if (day === 1) region.faults = onCommand('CreateImage', 1 + (seed % 2), failsLater);
    for (const policy of HISTORY_NAMES) {
      if (day === 1 && policy === 'sets') await backUpTwice(scenario, policy, slot);
      else await scenario.backup(policy, { slot });
      // EC2 takes two snapshots of a volume at least 15 s apart.
      clock.advance(MINUTE);
    }
    clock.advance(20 * MINUTE);
    if (day === 0) damage(region);
  }
  const used = useAndHold(region);
  const slot = START + PAST_DAYS * DAY;
  clock.set(slot + MINUTE);
  return { scenario, slot, foreign, used };
}

const failsLater = { kind: 'fails-later', reason: 'Internal error' } as const;

function launchFleet(region: SimulatedRegion, seed: number): void {
  const launchedAt = START - DAY;
  const volume = (letter: string, tags: Record<string, string> = {}) => ({
    device: `/dev/sd${letter}`,
    sizeGiB: 10 + (seed % 90),
    type: 'gp3' as const,
    tags,
  });
  region.runInstance({ launchedAt, tags: { Name: 'web', Backup: 'nightly', Seed: String(seed) } });
  region.runInstance({
    launchedAt,
    tags: { Name: 'db', 'Backup:nightly': 'true', 'Backup:sets': 'true' },
    volumes: ['a', 'f', 'g'].map((letter) =>
      volume(letter, letter === 'g' ? { 'Backup:Exclude': 'true' } : {}),
    ),
  });
  if (seed % 2 === 0) {
    region.runInstance({
      launchedAt,
      tags: { Name: 'queue', Backup: 'sets' },
      volumes: Array.from('afghi'.slice(0, 2 + (seed % 3)), (letter) => volume(letter)),
    });
  }
  region.createVolume({
    sizeGiB: 50,
    type: 'gp3',
    zone: `${region.name}a`,
    createdAt: launchedAt,
    tags: { Backup: 'disks' },
  });
}

/** By hand, by DLM, by AWS Backup with our tags on it, and by another deployment of this product. */
function addForeign(region: SimulatedRegion, seed: number): string[] {
  const marks = {
    'ec2-backup:policy': 'nightly',
    'ec2-backup:source': region.instances()[seed % 2]?.id ?? '',
    'ec2-backup:slot': '2026-11-01T03:00:00Z',
    'ec2-backup:kind': 'image',
  };
  const owner = 'ec2-backup:deployment';
  const old = { createdAt: START - 30 * DAY };
  const byHand = region.registerImage({ ...old, name: 'golden', tags: { Team: 'web' } });
  const others = region.registerImage({ ...old, name: 'other', tags: { ...marks, [owner]: 'other' } });
  const managed = region.registerImage({
    ...old,
    name: 'aws-backup',
    tags: { ...marks, [owner]: 'test', 'aws:backup:source-resource': 'i' },
  });
  const dlm = region.createForeignSnapshot({
    startedAt: START - 30 * DAY,
    tags: {
      ...marks,
      'ec2-backup:kind': 'volume',
      [owner]: 'test',
      'aws:dlm:lifecycle-policy-id': 'policy-1',
    },
  });
  const mapped = region.images().flatMap(({ snapshotIds }) => snapshotIds);
  return [byHand, others, managed, dlm, ...mapped];
}

/** Two runs of one slot side by side: both read before either made anything. */
async function backUpTwice(scenario: Scenario, policy: string, slot: number): Promise<void> {
  const request = { policy, slot, trigger: 'schedule' } as const;
  const plans = [
    await planBackupRun(request, scenario.context),
    await planBackupRun(request, scenario.context),
  ];
  for (const plan of plans) {
    await applyBackup(plan, scenario.context);
    scenario.clock.advance(MINUTE);
  }
}

/** Somebody deregisters an AMI and leaves its snapshots, and deletes one snapshot of a set. */
function damage(region: SimulatedRegion): void {
  const [image] = region
    .images()
    .filter(({ tags }) => tags['ec2-backup:deployment'] === 'test' && isOurs(tags));
  if (image) region.deregisterByHand(image.id);
  const [part] = region.snapshots().filter(({ tags }) => tags['ec2-backup:kind'] === 'snapshots');
  if (part) region.deleteSnapshotByHand(part.id);
}

/** The oldest good AMI begins to be used, and the oldest whole set is held. */
function useAndHold(region: SimulatedRegion): string {
  const used = region.images().find(({ tags, state }) => state === 'available' && isOurs(tags));
  if (!used) throw new Error('the history has no AMI of ours, expected some');
  region.createLaunchTemplate('web', used.id);
  const held = region
    .snapshots()
    .filter(({ tags }) => tags['ec2-backup:kind'] === 'snapshots' && isOurs(tags))
    .find(({ startedAt }) => startedAt > START + DAY);
  if (held) region.tag(held.id, 'Backup:Hold', 'audit');
  return used.id;
}

export function isOurs(tags: Readonly<Record<string, string>>): boolean {
  const managed = Object.keys(tags).some((key) => key.startsWith('aws:'));
  return tags['ec2-backup:deployment'] === 'test' && !managed;
}
