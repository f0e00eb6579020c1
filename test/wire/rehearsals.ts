/** A backed-up machine and the rehearsals of it, round by round, and how to look at what they make. */

import {
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  type Instance,
  type IpPermission,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { ListCommandsCommand } from '@aws-sdk/client-ssm';
import type { RunContext } from '../../src/lib/run/context.ts';
import { applyRehearse, planRehearseRun } from '../../src/lib/run/rehearse.ts';
import type { RehearseReport } from '../../src/lib/run/rehearse-outcome.ts';
import { allPages, everything, images, instance, snapshots, tagsOf, type Account } from './account.ts';
import { backupSlots, lastHours } from './steps.ts';

export const COMMAND = 'systemctl is-active postgresql';
const FILTERS = [{ Name: 'tag-key', Values: ['ec2-backup:rehearsal'] }];
/** More than one ever takes here: between two the simulated account's clock goes on ten minutes. */
const MOST_ROUNDS = 8;

/** Policies of the names by which the backups are made. */
export function rehearsedPolicies(subnet: string, command: string | undefined): string {
  const what = command === undefined ? '' : `, command: ${command}`;
  const rehearse = `rehearse: { schedule: cron(0 5 * * ? *), subnet: ${subnet}${what} }`;
  return `
version: 1
deployment: wire
policies:
  images: { backup: image, schedule: every 1 hours, keep: { last: 2 }, ${rehearse} }
  sets: { backup: snapshots, schedule: every 1 hours, keep: { last: 1 }, ${rehearse} }
`;
}

export type PolicyName = 'images' | 'sets';

export interface Report {
  /** As `ok: both status checks passed`. */
  readonly said: readonly string[];
  /** As `run-instance done`. */
  readonly done: readonly string[];
}

/** The rehearsal of one slot of a machine that was backed up by the policy. */
export class Rehearsed {
  readonly account: Account;
  readonly source: Instance;
  /** Of the library in this process. */
  readonly context: RunContext;
  readonly #policy: PolicyName;
  readonly #slot: number;
  #round = 0;

  static async of(account: Account, policy: PolicyName, command?: string): Promise<Rehearsed> {
    const { id } = await account.launch({ tags: { Name: 'db', Backup: policy } });
    await backupSlots(account, policy, lastHours(account, 1));
    return new Rehearsed(account, { policy, source: await instance(account, id), command });
  }

  private constructor(
    account: Account,
    {
      policy,
      source,
      command,
    }: { readonly policy: PolicyName; readonly source: Instance; readonly command: string | undefined },
  ) {
    this.account = account;
    this.source = source;
    this.#policy = policy;
    this.#slot = Math.floor(account.now() / 1000) * 1000;
    this.context = account.context(rehearsedPolicies(source.SubnetId ?? '', command));
  }

  /** One more round, and time for what it began. */
  async round(): Promise<RehearseReport> {
    this.#round += 1;
    const request = { policy: this.#policy, slot: this.#slot, round: this.#round };
    const report = await applyRehearse(await planRehearseRun(request, this.context), this.context);
    await this.account.settle();
    return report;
  }

  /** Rounds until one says that nothing is left. */
  async toTheEnd(): Promise<Report> {
    const reports: RehearseReport[] = [];
    for (let count = 0; count < MOST_ROUNDS; count += 1) {
      const report = await this.round();
      reports.push(report);
      if (!report.isLeft) return reportOf(reports);
    }
    throw new Error(`something is left after ${MOST_ROUNDS} rounds: ${JSON.stringify(reportOf(reports))}`);
  }

  /** How many commands the machines of the rehearsal were sent. */
  async commands(): Promise<number> {
    let count = 0;
    for (const { InstanceId = '' } of await started(this.account)) {
      const sent = await allPages(async (next) => {
        const answer = await this.context.clients.ssm.send(new ListCommandsCommand({ InstanceId, ...next }));
        return { items: answer.Commands, token: answer.NextToken };
      });
      count += sent.length;
    }
    return count;
  }
}

function reportOf(reports: readonly RehearseReport[]): Report {
  const judged = reports.flatMap((report) => report.judged);
  const outcomes = reports.flatMap((report) => report.outcomes);
  return {
    said: judged.map(({ verdict }) => `${verdict.isOk ? 'ok' : 'failed'}: ${verdict.what}`),
    done: outcomes.map(({ action, status }) => `${action} ${status}`),
  };
}

/** Every instance that was ever started for a rehearsal and is still shown. */
export async function started({ ec2 }: Account): Promise<Instance[]> {
  const reservations = await allPages(async (next) => {
    const answer = await ec2.send(
      new DescribeInstancesCommand({ Filters: FILTERS, MaxResults: 100, ...next }),
    );
    return { items: answer.Reservations, token: answer.NextToken };
  });
  return reservations.flatMap(({ Instances }) => Instances ?? []);
}

export async function groups({ ec2 }: Account): Promise<SecurityGroup[]> {
  return allPages(async (next) => {
    const input = { Filters: FILTERS, MaxResults: 100, ...next };
    const answer = await ec2.send(new DescribeSecurityGroupsCommand(input));
    return { items: answer.SecurityGroups, token: answer.NextToken };
  });
}

/** As `tcp 443 sg-…`. */
export function destinationsOf({ IpProtocol, FromPort, ...permission }: IpPermission): string[] {
  return [
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId),
    ...(permission.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
  ].map((destination) => [IpProtocol, FromPort, destination].join(' '));
}

/** All AMIs, snapshots and volumes with their tags but the results, and what lives of rehearsals. */
export async function remains(account: Account): Promise<readonly string[]> {
  const volumes = await allPages(async (next) => {
    const answer = await account.ec2.send(new DescribeVolumesCommand({ MaxResults: 500, ...next }));
    return { items: answer.Volumes, token: answer.NextToken };
  });
  const living = (await started(account)).filter(({ State }) => State?.Name !== 'terminated');
  return [
    ...(await everything(account)).map((line) => line.replace(/\["ec2-backup:rehearsed",[^\]]*\],?/, '')),
    ...volumes.map(({ VolumeId }) => VolumeId ?? '').sort(),
    ...living.map(({ InstanceId }) => InstanceId ?? ''),
    ...(await groups(account)).map(({ GroupId }) => GroupId ?? ''),
  ];
}

/** What the points say, part by part: `AMI ok`, `snapshot failed: i-… is stopped`. */
export async function results(account: Account): Promise<string[]> {
  const parts = [
    ...(await images(account)).map((image) => ({ kind: 'AMI', tags: tagsOf(image) })),
    ...(await snapshots(account)).map((snapshot) => ({ kind: 'snapshot', tags: tagsOf(snapshot) })),
  ];
  return parts.flatMap(({ kind, tags }) => {
    const value = tags['ec2-backup:rehearsed'];
    return value === undefined ? [] : [`${kind} ${value.replace(/ \d{4}-\d{2}-\d{2}T[\d:]+Z/, '')}`];
  });
}
