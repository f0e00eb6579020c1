import type {
  ListImagesInRecycleBinRequest,
  ListImagesInRecycleBinResult,
  ListSnapshotsInRecycleBinRequest,
  ListSnapshotsInRecycleBinResult,
} from '@aws-sdk/client-ec2';
import { invalidValue } from './errors.ts';
import { tokenOf } from './listing.ts';
import { scatter, type Page } from './pages.ts';
import type { BinEntry, BinKind } from './protection-records.ts';
import type { Command, World } from './world.ts';

const MAX_IMAGE_IDS = 20;

export const listImagesInRecycleBin: Command<ListImagesInRecycleBinRequest, ListImagesInRecycleBinResult> = {
  parameters: { ImageIds: true, MaxResults: true, NextToken: true, DryRun: true },
  run(world, input) {
    if ((input.ImageIds?.length ?? 0) > MAX_IMAGE_IDS) {
      throw invalidValue(`${input.ImageIds?.length} ImageIds, expected at most ${MAX_IMAGE_IDS}`);
    }
    const page = binPage(world, { kind: 'EC2_IMAGE', input, ids: input.ImageIds, bounds: [1, 1000] });
    const images = page.items.map((entry) => ({
      ImageId: entry.id,
      Name: entry.name,
      Description: entry.description,
      ...timesOf(entry),
    }));
    return { Images: images, ...tokenOf(page) };
  },
};

export const listSnapshotsInRecycleBin: Command<
  ListSnapshotsInRecycleBinRequest,
  ListSnapshotsInRecycleBinResult
> = {
  parameters: { SnapshotIds: true, MaxResults: true, NextToken: true, DryRun: true },
  run(world, input) {
    const page = binPage(world, { kind: 'EBS_SNAPSHOT', input, ids: input.SnapshotIds, bounds: [5, 1000] });
    const snapshots = page.items.map((entry) => ({
      SnapshotId: entry.id,
      VolumeId: entry.volumeId,
      Description: entry.description,
      ...timesOf(entry),
    }));
    return { Snapshots: snapshots, ...tokenOf(page) };
  },
};

interface BinList {
  readonly kind: BinKind;
  readonly input: { readonly NextToken?: string | undefined; readonly MaxResults?: number | undefined };
  readonly ids: readonly string[] | undefined;
  readonly bounds: readonly [least: number, most: number];
}

function binPage(world: World, { kind, input, ids, bounds }: BinList): Page<BinEntry> {
  return world.pager.page<BinEntry>({
    command: kind,
    input,
    token: input.NextToken,
    maxResults: input.MaxResults,
    bounds,
    find: () =>
      scatter(binned(world, world.readTime())).filter(
        (entry) => entry.kind === kind && (ids === undefined || ids.length === 0 || ids.includes(entry.id)),
      ),
  });
}

/** What was in the bin at a time, in order of entering. */
export function binned(world: World, time: number): readonly BinEntry[] {
  const { bin } = world.store;
  for (const entry of bin.values()) {
    if (entry.exitsAt <= world.readTime()) bin.delete(entry.id);
  }
  return [...bin.values()].filter((entry) => entry.enteredAt <= time && time < entry.exitsAt);
}

function timesOf(entry: BinEntry): { RecycleBinEnterTime: Date; RecycleBinExitTime: Date } {
  return { RecycleBinEnterTime: new Date(entry.enteredAt), RecycleBinExitTime: new Date(entry.exitsAt) };
}
