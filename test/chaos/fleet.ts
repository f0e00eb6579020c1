/** The sources of a seed: who is there when, and what they ask for. */

import type { SimulatedClock } from '../../src/simulator/clock.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { DAY, HOUR } from '../support/scenario.ts';
import { Random } from './random.ts';
import type { Span } from './trouble.ts';

/** An instance or a volume, with the policies that it opts in to. */
export interface Member {
  readonly place: string;
  readonly id: string;
  /** The instance that a volume is the root of. */
  readonly of?: string;
  readonly policies: readonly string[];
  /** ms since the epoch; `to` is Infinity while it exists. */
  readonly from: number;
  to: number;
}

/** How many instances have a root volume that is a source of its own. */
const DISKS = 0.3;

/** Something that happens to the fleet at a time. */
interface Event {
  readonly at: number;
  readonly happen: () => void;
}

export class Fleet {
  readonly members: Member[] = [];
  readonly #random: Random;
  readonly #clock: SimulatedClock;
  readonly #events: Event[] = [];

  constructor(
    seed: number,
    clock: SimulatedClock,
    fleet: {
      readonly regions: ReadonlyMap<string, SimulatedRegion>;
      readonly sources: number;
      readonly span: Span;
    },
  ) {
    this.#random = new Random(seed, 'fleet');
    this.#clock = clock;
    const { regions, sources, span } = fleet;
    const each = Math.ceil(sources / regions.size);
    // A third of them come while it goes on, and as many leave.
    const coming = Math.floor(each / 3);
    for (const [place, region] of regions) {
      for (let count = coming; count < each; count += 1) this.#launch(place, region, span.start - DAY);
      for (let count = 0; count < coming; count += 1) {
        this.#at(span, () => this.#launch(place, region, clock.now()));
        this.#at(span, () => this.#terminate(place, region));
      }
    }
    this.#events.sort((a, b) => a.at - b.at);
  }

  /** What is due by now. Answers when something is due next. */
  act(): number {
    while ((this.#events[0]?.at ?? Infinity) <= this.#clock.now()) this.#events.shift()?.happen();
    return this.#events[0]?.at ?? Infinity;
  }

  #at({ start, peace }: Span, happen: () => void): void {
    this.#events.push({ at: start + Math.floor(this.#random.upTo(peace - start)), happen });
  }

  #launch(place: string, region: SimulatedRegion, launchedAt: number): void {
    const random = this.#random;
    const policies = random.pick([['nightly'], ['sets'], ['nightly', 'sets']]);
    const hasDisk = random.chance(DISKS);
    const volumes = Array.from({ length: random.pick([1, 1, 1, 2]) }, (_, index) => ({
      device: `/dev/sd${'afg'.charAt(index)}`,
      sizeGiB: random.whole(8, 100),
      type: 'gp3' as const,
      ...(hasDisk && index === 0 && { tags: { Backup: 'disks' } }),
    }));
    const optIn = Object.fromEntries(policies.map((policy) => [`Backup:${policy}`, 'true']));
    const tags = { Name: `host-${this.members.length}`, ...optIn };
    const { id, volumeIds } = region.runInstance({ launchedAt, volumes, tags });
    this.members.push({ place, id, policies, from: launchedAt, to: Infinity });
    const [root = ''] = volumeIds;
    if (hasDisk)
      this.members.push({ place, id: root, of: id, policies: ['disks'], from: launchedAt, to: Infinity });
  }

  #terminate(place: string, region: SimulatedRegion): void {
    const now = this.#clock.now();
    const alive = this.members.filter(
      (member) =>
        member.place === place &&
        member.of === undefined &&
        member.to === Infinity &&
        now - member.from > HOUR,
    );
    const [first, ...rest] = alive;
    // Somebody always stays.
    if (first === undefined || rest.length === 0) return;
    const leaving = this.#random.pick([first, ...rest]);
    region.terminateInstance(leaving.id);
    for (const member of this.members) {
      if (member === leaving || member.of === leaving.id) member.to = now;
    }
  }
}

/**
 * Backups of others, which no run may touch: by hand, by another deployment, by AWS Backup and by DLM. Most of them look
 * like old backups of our own sources.
 */
export function addForeign(region: SimulatedRegion, members: readonly Member[], start: number): void {
  const createdAt = start - 30 * DAY;
  region.registerImage({ createdAt, name: 'golden', tags: { Team: 'web' } });
  region.createForeignSnapshot({ startedAt: createdAt, tags: { Team: 'web' } });
  for (const { id, policies } of members) {
    const [policy = ''] = policies;
    const tags = {
      'ec2-backup:policy': policy,
      'ec2-backup:source': id,
      'ec2-backup:slot': '2026-10-21T03:00:00Z',
      'ec2-backup:kind': policy === 'nightly' ? 'image' : 'snapshots',
      'ec2-backup:volumes': '/dev/sda=ffffffff,gp3',
    };
    const owned = (deployment: string, more = {}): Record<string, string> => ({
      ...tags,
      ...more,
      'ec2-backup:deployment': deployment,
    });
    const add = (name: string, marks: Record<string, string>): void => {
      if (policy === 'nightly') region.registerImage({ createdAt, name: `${name} ${id}`, tags: marks });
      else region.createForeignSnapshot({ startedAt: createdAt, tags: marks });
    };
    add('other', owned('other'));
    add('backup', owned('test', { 'aws:backup:source-resource': id }));
    add('dlm', owned('test', { 'aws:dlm:lifecycle-policy-id': 'policy-1' }));
  }
}
