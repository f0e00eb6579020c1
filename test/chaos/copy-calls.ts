/** What must hold at each call: EC2's bound on copies is kept, and no original goes while it is being copied. */

import type { FaultPlan } from '../../src/simulator/faults.ts';
import type { SimulatedClock } from '../../src/simulator/clock.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { HOUR } from '../support/scenario.ts';
import { isCopy } from './copies.ts';
import type { Deployment } from './deployment.ts';

/** Nothing is in the making for longer. */
const LONGEST = 3 * HOUR;
const MOST = 20;

interface Call {
  readonly command: string;
  readonly input: unknown;
}

export class CopyCalls {
  readonly problems: string[] = [];
  readonly #regions: ReadonlyMap<string, SimulatedRegion>;
  readonly #clock: SimulatedClock;
  readonly #isBounded: boolean;

  constructor({ everywhere, clock }: Pick<Deployment, 'everywhere' | 'clock'>, isBounded: boolean) {
    this.#regions = everywhere;
    this.#clock = clock;
    this.#isBounded = isBounded;
  }

  /** Looks at the calls of a place, and lets the plan say what becomes of them. */
  watched(place: string, plan: FaultPlan): FaultPlan {
    return (call) => {
      const fault = plan(call);
      // What EC2 refuses does no harm.
      if (fault === undefined) this.#see(place, call);
      return fault;
    };
  }

  #see(place: string, { command, input }: Call): void {
    if (command === 'CopySnapshot') this.#seeCopy(place);
    if (command === 'DeregisterImage') this.#seeEnd(place, (input as { ImageId: string }).ImageId);
    if (command === 'DeleteSnapshot') this.#seeEnd(place, (input as { SnapshotId: string }).SnapshotId);
  }

  #seeCopy(place: string): void {
    // EC2 itself refuses more.
    if (this.#isBounded) return;
    const others = this.#pending(place).filter(({ tags }) => tags['ec2-backup:kind'] !== 'image');
    if (others.length >= MOST) this.#tell(`${place}: ${others.length + 1} snapshots are copied at once`);
  }

  #seeEnd(place: string, id: string): void {
    const pending = [...this.#regions.keys()].flatMap((there) => this.#pending(there));
    if (pending.length === 0) return;
    const isImage = id.startsWith('ami-');
    const original = isImage
      ? undefined
      : this.#regions
          .get(place)
          ?.snapshots()
          .find((one) => one.id === id);
    for (const { id: copy, tags } of pending) {
      const from = tags['ec2-backup:copied-from'] ?? '';
      const isOf = isImage
        ? from === `${place}/${id}`
        : from.startsWith(`${place}/`) && isPart(original, tags);
      if (isOf) this.#tell(`${place}: ${id} goes while ${copy} is copied of it`);
    }
  }

  #pending(place: string) {
    const region = this.#regions.get(place);
    const since = this.#clock.now() - LONGEST;
    return (region?.snapshots(since) ?? []).filter(({ state, tags }) => state === 'pending' && isCopy(tags));
  }

  #tell(problem: string): void {
    this.problems.push(`${problem}, at ${new Date(this.#clock.now()).toISOString()}`);
  }
}

type Tags = Readonly<Record<string, string>>;

interface Original {
  readonly volumeId: string;
  readonly startedAt: number;
  readonly tags: Tags;
}

/** Of the set that the copy is of, the same volume. */
function isPart(original: Original | undefined, copy: Tags): boolean {
  if (original === undefined || isCopy(original.tags)) return false;
  const isSame = ['policy', 'source', 'slot'].every((mark) => {
    return original.tags[`ec2-backup:${mark}`] === copy[`ec2-backup:${mark}`];
  });
  const taken = Date.parse(copy['ec2-backup:taken-at'] ?? '');
  // A set that was made twice has two of each volume.
  const isAtOnce = Math.abs(original.startedAt - taken) < 1000;
  return isSame && isAtOnce && original.volumeId === copy['ec2-backup:volume'];
}
