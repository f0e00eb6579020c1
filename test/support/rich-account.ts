/** An account that has some of everything, at home and in a second Region, in the afternoon of a day with backups. */

import { applyReplicate, planReplicateRun } from '../../src/lib/run/replicate.ts';
import type { RunContext } from '../../src/lib/run/context.ts';
import type { Place } from '../../src/lib/policy/policy.ts';
import { DAY, HOUR, MINUTE, START } from './scenario.ts';
import { Watched } from './watched.ts';

export const EAST: Place = { account: '111122223333', region: 'us-east-1' };

const REST = `
  images: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 }, copies: [{ region: us-east-1, keep: { last: 2 } }] }
  sets: { backup: snapshots, schedule: every 12 hours from 03:00, keep: { last: 2, weekly: 30 }, archiveAfter: 30d }
  wary: { backup: image, schedule: cron(0 3 * * ? *), keep: { last: 2 }, removal: { disableFor: 7d } }
  hourly: { engine: dlm, backup: image, schedule: every 1 hours, keep: { last: 24 } }
`;

const HEAD = 'version: 1\ndeployment: test\npolicies:';
const TAIL = 'prune: { schedule: every 6 hours, maxShare: 50% }\n';

/** What made the backups. */
const BEFORE = `${HEAD}${REST}
  disks: { backup: volume, schedule: cron(0 3 * * ? *), keep: { last: 9 } }
  spree: { backup: volume, schedule: cron(0 3 * * ? *), keep: { last: 9 } }
  ghost: { backup: volume, schedule: cron(0 3 * * ? *), keep: { last: 9 } }
  old: { backup: volume, schedule: cron(0 3 * * ? *), keep: { last: 9 } }
${TAIL}`;

/** What looks at them: one policy is out of it, one retired, and the guard refuses what one lets go of. */
export const RICH_POLICIES = `${HEAD}${REST}
  disks: { backup: volume, schedule: cron(0 3 * * ? *), keep: { last: 2 } }
  spree: { backup: volume, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
retired:
  old: { keep: { last: 1 } }
${TAIL}`;

export interface Rich {
  readonly watched: Watched;
  /** In the first Region, with a way into the second, as the command line has it. */
  readonly home: RunContext;
  /** In the second. */
  readonly east: RunContext;
}

export async function richAccount(): Promise<Rich> {
  const watched = new Watched({
    policies: BEFORE,
    regions: ['ap-northeast-2', EAST.region],
    settings: { pageSize: 50 },
  });
  const { region, clock, account } = watched;
  const contextIn = (place: Place): RunContext => ({
    ...{ file: watched.file, place, clock, clients: account.region(place.region).clients },
    elsewhere: {
      home: () => Promise.resolve(watched.context.place),
      enter: (other) => Promise.resolve(account.region(other.region).clients),
    },
  });
  watched.createDlmRoles();
  await watched.registerPolicies();
  const { sources } = addSources(watched);
  for (let day = 0; day < 5; day += 1) {
    clock.set(START + day * DAY);
    // The last two slots of one policy were missed.
    const wary = day < 3 ? ['wary'] : [];
    for (const policy of [...wary, 'images', 'sets', 'disks', 'spree', 'ghost', 'old'])
      await watched.backup(policy);
    if (day === 0) region.failImage(imagesOf(region, sources.web)[0] ?? '', 'out of space');
    clock.advance(HOUR);
    for (let round = 0; round < 2; round += 1) {
      await copyEast(contextIn(EAST));
      clock.advance(HOUR);
    }
    // DLM works while time passes.
    if (day === 4) await clock.sleep(2 * HOUR);
  }
  spoil(watched, sources);
  watched.edit(RICH_POLICIES);
  clock.set(START + 4 * DAY + 8 * HOUR);
  // The last one of these is being made.
  await watched.backup('disks', { trigger: 'manual' });
  clock.advance(MINUTE);
  return { watched, home: contextIn(watched.context.place), east: contextIn(EAST) };
}

async function copyEast(east: RunContext): Promise<void> {
  await applyReplicate(await planReplicateRun({ slot: east.clock.now() }, east), east);
}

interface Sources {
  readonly web: string;
  readonly db: string;
  readonly gone: string;
}

function addSources({ region }: Watched): { readonly sources: Sources } {
  const volumes = [
    { device: '/dev/xvda', sizeGiB: 10, type: 'gp3' as const },
    { device: '/dev/sdf', sizeGiB: 20, type: 'gp3' as const },
  ];
  const server = (tags: Record<string, string>): string => {
    const { id, volumeIds } = region.runInstance({ tags, volumes });
    for (const volume of volumeIds) region.writeBlocks(volume, [0, 1, 2, 3, 4, 5, 6, 7]);
    return id;
  };
  const web = server({ Backup: 'images', 'Backup:sets': 'true', Name: 'web' });
  const db = server({ Backup: 'wary', 'Backup:images': 'true' });
  const gone = server({ Backup: 'images' });
  server({ Backup: 'hourly' });
  server({ Name: 'forgotten' });
  const disk = (policy: string): string => {
    const id = region.createVolume({ sizeGiB: 8, tags: { Backup: policy } });
    region.writeBlocks(id, [0, 1, 2]);
    return id;
  };
  for (const policy of ['disks', 'disks', 'ghost', 'old']) disk(policy);
  for (let count = 0; count < 12; count += 1) disk('spree');
  return { sources: { web, db, gone } };
}

function imagesOf(region: Watched['region'], source: string): string[] {
  return region
    .images()
    .filter(({ tags }) => tags['ec2-backup:source'] === source)
    .map(({ id }) => id);
}

/** Holds, protections, a lock, an archived one, one that somebody disabled; what nobody looks after; a source that is gone. */
function spoil({ region, clock }: Watched, { web, db, gone }: Sources): void {
  const [, second = '', third = ''] = imagesOf(region, web);
  region.tag(second, 'Backup:Hold', 'a lawsuit');
  region.disableImage(third);
  region.protectImage(imagesOf(region, db)[0] ?? '', 'enabled-without-cooldown');
  const disks = region.snapshots().filter(({ tags }) => tags['ec2-backup:policy'] === 'disks');
  region.lockSnapshot(disks[0]?.id ?? '', { mode: 'governance', expiresOn: clock.now() + 30 * DAY });
  const sets = region.snapshots().filter(({ tags }) => tags['ec2-backup:policy'] === 'sets');
  region.launching.archiveSnapshot(sets[0]?.id ?? '');
  region.terminateInstance(gone);
  region.createForeignSnapshot({
    volumeId: 'vol-0123456789abcdef0',
    description: 'Created by CreateImage(i-0123456789abcdef0) for ami-0123456789abcdef0',
    startedAt: clock.now() - 3 * DAY,
  });
  // New ones: one has missed its slot for long, one waits for its first.
  region.runInstance({ tags: { Backup: 'images', Name: 'new' } });
}
