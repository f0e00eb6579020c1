/** What the scenarios need of an account, whoever plays it, and how they look at it without any code of ours. */

import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  type EC2Client,
  type Image,
  type Instance,
  type Snapshot,
  type Tag,
} from '@aws-sdk/client-ec2';
import type { RunContext } from '../../src/lib/run/context.ts';

export const ACCOUNT = '111122223333';
/** Another one, into which the first may go by its role ec2-backup-replicate. */
export const AWAY = '444455556666';
export const REGION = 'ap-northeast-2';
/** Where copies go. */
export const OTHER_REGION = 'us-east-1';

export type TagRecord = Readonly<Record<string, string>>;

export interface Launch {
  readonly tags: TagRecord;
  /** Starts it from this AMI. */
  readonly imageId?: string;
}

/** An instance with a root volume of 8 GiB and a data volume of 20, in that order. */
export interface Launched {
  readonly id: string;
  readonly volumeIds: readonly string[];
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly notes: string;
}

export interface Account {
  /** Of the SDK, or as the SDK's; for looking. */
  readonly ec2: Pick<EC2Client, 'send'>;
  /** The same in OTHER_REGION. */
  readonly otherEc2: Pick<EC2Client, 'send'>;
  /** The same in OTHER_REGION of the account AWAY. */
  readonly awayEc2: Pick<EC2Client, 'send'>;
  /** ms since the epoch, of the clock that the command line sees. */
  now(): number;
  /** Until whatever was begun is completed. */
  settle(): Promise<void>;
  /** What was backed up becomes so many ms older; slots stay what they are. */
  age(ms: number): Promise<void>;
  /** The next call of this action, as `CreateImage`, is carried out, but its answer does not arrive whole. No dry run. */
  loseAnswer(action: string): Promise<void>;
  /** Runs `ec2-backup` to its end, with nobody to answer questions. */
  run(args: readonly string[]): Promise<Ended>;
  /** What a run in the process of the test needs, under these policies. Nobody waits while it sleeps. */
  context(policies: string): RunContext;
  /** What rehearsals with a command need: endpoints in the VPC of all instances, of whose group it answers the id, and a profile. */
  openToAgents(): Promise<string>;
  launch(launch: Launch): Promise<Launched>;
  createVolume(tags: TagRecord): Promise<string>;
  terminate(instanceId: string): Promise<void>;
  /** As somebody does with a disk that has gone bad. */
  detach(instanceId: string, volumeId: string): Promise<void>;
  tag(id: string, key: string, value: string): Promise<void>;
  /** A snapshot of another volume, made by somebody else. */
  foreignSnapshot(tags: TagRecord): Promise<string>;
  /** An AMI registered by somebody else. */
  foreignImage(name: string, tags: TagRecord): Promise<string>;
  /** A launch template whose older version names the AMI and whose newer one does not; answers its id. */
  launchTemplate(imageId: string): Promise<string>;
  /** Deregisters an AMI and leaves its snapshots, as the console does unless told otherwise. */
  deregisterByHand(imageId: string): Promise<void>;
}

export function tagsOf({ Tags }: { readonly Tags?: readonly Tag[] | undefined }): TagRecord {
  return Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

export async function images({ ec2 }: Account, executableUsers?: string[]): Promise<Image[]> {
  const asked = {
    Owners: ['self'],
    MaxResults: 1000,
    ...(executableUsers && { ExecutableUsers: executableUsers }),
  };
  return allPages(async (NextToken) => {
    const answer = await ec2.send(new DescribeImagesCommand({ ...asked, ...NextToken }));
    return { items: answer.Images, token: answer.NextToken };
  });
}

export async function snapshots({ ec2 }: Account, restorableBy?: string[]): Promise<Snapshot[]> {
  const asked = {
    OwnerIds: ['self'],
    MaxResults: 1000,
    ...(restorableBy && { RestorableByUserIds: restorableBy }),
  };
  return allPages(async (NextToken) => {
    const answer = await ec2.send(new DescribeSnapshotsCommand({ ...asked, ...NextToken }));
    return { items: answer.Snapshots, token: answer.NextToken };
  });
}

export async function instance({ ec2 }: Account, id: string): Promise<Instance> {
  const reservations = await allPages(async (NextToken) => {
    const answer = await ec2.send(new DescribeInstancesCommand({ MaxResults: 1000, ...NextToken }));
    return { items: answer.Reservations, token: answer.NextToken };
  });
  const found = reservations
    .flatMap(({ Instances }) => Instances ?? [])
    .find(({ InstanceId }) => InstanceId === id);
  if (!found) throw new Error(`expected instance ${id}, but it is on no page`);
  return found;
}

/** Every AMI and snapshot of the account with its tags, in an order of its own. */
export async function everything(account: Account): Promise<string[]> {
  const made = [...(await images(account)), ...(await snapshots(account))];
  return made
    .map((each) => {
      const id = 'ImageId' in each ? each.ImageId : 'SnapshotId' in each ? each.SnapshotId : '';
      return `${id} ${JSON.stringify(Object.entries(tagsOf(each)).sort())}`;
    })
    .sort();
}

interface Page<T> {
  readonly items: readonly T[] | undefined;
  readonly token: string | undefined;
}

export async function allPages<T>(read: (next: { NextToken?: string }) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let page = await read({});
  all.push(...(page.items ?? []));
  while (page.token !== undefined) {
    page = await read({ NextToken: page.token });
    all.push(...(page.items ?? []));
  }
  return all;
}
