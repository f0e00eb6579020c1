import { SimulatedAccount } from '../src/simulator/account.ts';
import { SimulatedClock } from '../src/simulator/clock.ts';
import type { SimulatedRegion } from '../src/simulator/region.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The newest slot. */
const NEWEST = Date.UTC(2026, 10, 22, 3);

export const SCALE_POLICIES = `
version: 1
deployment: bench
policies:
  daily: { backup: image, schedule: cron(0 3 * * ? *), keep: { last: 30 } }
`;

export interface Scale {
  readonly sources: number;
  readonly days: number;
  /** ms a call */
  readonly latency: number;
}

export interface ScaleAccount {
  readonly clock: SimulatedClock;
  readonly account: SimulatedAccount;
  readonly region: SimulatedRegion;
  /** An AMI that is there. */
  readonly image: string;
}

/** Instances with an AMI a day, each with a snapshot: of all that a source can be, the most to read. */
export function scaleAccount({ sources, days, latency }: Scale): ScaleAccount {
  const clock = new SimulatedClock(NEWEST + 9 * HOUR);
  const account = new SimulatedAccount({ clock, settings: { latency } });
  const region = account.region('ap-northeast-2');
  let image = '';
  for (let index = 0; index < sources; index += 1) {
    const { id, volumeIds } = region.runInstance({
      launchedAt: NEWEST - 400 * DAY,
      tags: { Backup: 'daily', Name: `host-${index}` },
    });
    for (let day = 0; day < days; day += 1) {
      const volumeId = volumeIds[0] ?? '';
      image = back(region, { source: id, volumeId, slot: NEWEST - day * DAY });
    }
  }
  return { clock, account, region, image };
}

function back(region: SimulatedRegion, { source, volumeId, slot }: Backup): string {
  const iso = new Date(slot).toISOString().replace('.000Z', 'Z');
  const tags = {
    'ec2-backup:deployment': 'bench',
    'ec2-backup:policy': 'daily',
    'ec2-backup:source': source,
    'ec2-backup:slot': iso,
    'ec2-backup:kind': 'image',
    'ec2-backup:trigger': 'schedule',
  };
  const startedAt = slot + 60_000;
  return region.registerImage({
    name: `bench/daily/${source}/${iso.replace(/[-:]/g, '')}`,
    tags,
    snapshotIds: [region.createForeignSnapshot({ volumeId, startedAt, sizeGiB: 100, tags })],
    sourceInstanceId: source,
    createdAt: startedAt,
  });
}

interface Backup {
  readonly source: string;
  readonly volumeId: string;
  readonly slot: number;
}
