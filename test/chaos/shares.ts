/** What is shared with other accounts: for copies only for a while, by people for as long as they like. */

import { ModifyImageAttributeCommand, ModifySnapshotAttributeCommand } from '@aws-sdk/client-ec2';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { ImageView, SnapshotView } from '../../src/simulator/views.ts';
import { isOurs } from '../support/history.ts';
import { COPIED_WITHIN, isCopy } from './copies.ts';
import { AWAY, HOME } from './deployment.ts';

/** Of no target. */
export const PARTNER = '999988887777';

interface Shared {
  readonly region: SimulatedRegion;
  readonly id: string;
  readonly account: string;
}

/** Whether a policy shares it. */
export type Asked = (place: string, part: ImageView | SnapshotView, account: string) => boolean;

export class Shares {
  readonly #regions: ReadonlyMap<string, SimulatedRegion>;
  readonly #byHand: Shared[] = [];

  constructor(regions: ReadonlyMap<string, SimulatedRegion>) {
    this.#regions = regions;
  }

  /** Somebody shares what is not ours with the accounts of the deployment. */
  async ofOthers(): Promise<void> {
    for (const region of this.#regions.values()) {
      const images = region.images().filter(({ tags }) => !isOurs(tags));
      const snapshots = region
        .snapshots()
        .filter(({ tags, imageIds }) => !isOurs(tags) && imageIds.length === 0);
      for (const { id } of [...images, ...snapshots])
        for (const account of [HOME.account, AWAY.account, PARTNER])
          await this.#share({ region, id, account });
    }
  }

  /** Somebody shares one of our backups with another account than it is copied to. Answers whether there was one. */
  async ofOurs(): Promise<boolean> {
    for (const region of this.#regions.values()) {
      const good = [...region.images(), ...region.snapshots()].find(
        ({ state, tags }) =>
          (state === 'available' || state === 'completed') && isOurs(tags) && !isCopy(tags),
      );
      if (!good) continue;
      await this.#share({ region, id: good.id, account: PARTNER });
      return true;
    }
    return false;
  }

  /** What people share stays shared. */
  wrong(): string[] {
    return this.#byHand
      .filter((one) => !isShared(one))
      .map(({ id, account }) => {
        return `${id} was shared with ${account} by hand, and is no longer`;
      });
  }

  /** What is shared for copies is taken back; of those that have been made just now the next run does that. */
  atTheEnd(now: number, isAsked: Asked): string[] {
    const isRecent = (tags: Readonly<Record<string, string>>): boolean =>
      isOurs(tags) && Date.parse(tags['ec2-backup:slot'] ?? '') >= now - COPIED_WITHIN;
    const kept = new Set(this.#byHand.map(({ id, account }) => `${id} ${account}`));
    return [...this.#regions].flatMap(([place, region]) =>
      [...region.images(), ...region.snapshots()].flatMap((part) =>
        part.sharedWith
          .filter((account) => !kept.has(`${part.id} ${account}`) && !isRecent(part.tags))
          .filter((account) => !isAsked(place, part, account))
          .map((account) => `${place}: ${part.id} is still shared with ${account}`),
      ),
    );
  }

  async #share(one: Shared): Promise<void> {
    const { region, id, account } = one;
    const permission = { Add: [{ UserId: account }] };
    if (id.startsWith('ami-'))
      await region.ec2.send(new ModifyImageAttributeCommand({ ImageId: id, LaunchPermission: permission }));
    else
      await region.ec2.send(
        new ModifySnapshotAttributeCommand({ SnapshotId: id, CreateVolumePermission: permission }),
      );
    this.#byHand.push(one);
  }
}

/** Or gone, as backups go. */
function isShared({ region, id, account }: Shared): boolean {
  if (!region.has(id)) return true;
  const part = region.image(id) ?? region.snapshot(id);
  return part !== undefined && (wasDisabled(region, id) || part.sharedWith.includes(account));
}

/** Which takes all permissions away for good, also when it is enabled again. */
export function wasDisabled(region: SimulatedRegion, id: string): boolean {
  return region.image(id) !== undefined && region.protecting.changedAt(id) !== undefined;
}
