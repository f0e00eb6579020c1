/** A local server that answers like EC2 for an account with very many snapshots: real XML for the real SDK client. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface XmlAccount {
  readonly url: string;
  /** How often each action was asked for. */
  readonly calls: ReadonlyMap<string, number>;
  close(): void;
}

export interface Herd {
  readonly volumes: number;
  readonly snapshotsAVolume: number;
  /** The newest slot, in ms; each older snapshot is a day older. */
  readonly newest: number;
  /** ms that a call takes at the least; none unless given. */
  readonly latency?: number;
}

const DAY = 86_400_000;
/** Own tags of the source on each snapshot, as people have them. */
const COPIED_TAGS = 8;

export async function startXmlAccount(herd: Herd): Promise<XmlAccount> {
  const calls = new Map<string, number>();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const parameters = new URLSearchParams(body);
      const action = parameters.get('Action') ?? '';
      calls.set(action, (calls.get(action) ?? 0) + 1);
      response.setHeader('content-type', 'text/xml');
      setTimeout(() => response.end(answer(action, parameters, herd)), herd.latency ?? 0);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${portOf(server)}`, calls, close: () => server.close() };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function answer(action: string, parameters: URLSearchParams, herd: Herd): string {
  switch (action) {
    case 'GetCallerIdentity':
      return '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account><Arn>arn:aws:iam::111122223333:role/bench</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>';
    case 'DescribeSnapshots':
      return snapshotPage(parameters, herd);
    case 'DescribeVolumes':
      return page(action, 'volumeSet', parameters, herd.volumes, volume);
    default:
      return `<${action}Response><return>true</return></${action}Response>`;
  }
}

/** A filter by the last digit of the ids lets every sixteenth through, and one by letters nothing. */
function snapshotPage(parameters: URLSearchParams, herd: Herd): string {
  const total = herd.volumes * herd.snapshotsAVolume;
  const digit = Number.parseInt(parameters.get('Filter.1.Value.1')?.slice(-1) ?? '', 16);
  const isFiltered = parameters.get('Filter.1.Name') === 'snapshot-id';
  const count = isFiltered ? (Number.isNaN(digit) ? 0 : Math.ceil((total - digit) / 16)) : total;
  return page('DescribeSnapshots', 'snapshotSet', parameters, count, (index) =>
    snapshot(isFiltered ? digit + 16 * index : index, herd),
  );
}

function page(
  action: string,
  set: string,
  parameters: URLSearchParams,
  ...[total, itemOf]: [number, (index: number) => string]
): string {
  const from = Number(parameters.get('NextToken') ?? 0);
  const to = Math.min(total, from + Number(parameters.get('MaxResults') ?? 1000));
  const items = Array.from(
    { length: to - from },
    (_, offset) => `<item>${itemOf(from + offset)}</item>`,
  ).join('');
  const token = to < total ? `<nextToken>${to}</nextToken>` : '';
  return `<${action}Response><requestId>r</requestId><${set}>${items}</${set}>${token}</${action}Response>`;
}

function snapshot(index: number, herd: Herd): string {
  const volumeIndex = Math.floor(index / herd.snapshotsAVolume);
  const slot = new Date(herd.newest - (index % herd.snapshotsAVolume) * DAY).toISOString().slice(0, 19);
  const source = volumeId(volumeIndex);
  const tags: [string, string][] = [
    ['ec2-backup:deployment', 'bench'],
    ['ec2-backup:policy', 'disks'],
    ['ec2-backup:source', source],
    ['ec2-backup:slot', `${slot}Z`],
    ['ec2-backup:kind', 'volume'],
    ['ec2-backup:trigger', 'schedule'],
    ['ec2-backup:consistency', 'crash'],
    ['ec2-backup:zone', 'us-east-1a'],
    ['ec2-backup:volumes', `/dev/sdf=${source.slice(4)},gp3,3000,125`],
    ['Name', `disk ${volumeIndex} disks ${slot}Z`],
    ...Array.from({ length: COPIED_TAGS }, (_, tag): [string, string] => [
      `team:tag-${tag}`,
      `value ${index} ${tag}`,
    ]),
  ];
  return [
    `<snapshotId>snap-${hex(index)}</snapshotId><volumeId>${source}</volumeId><status>completed</status>`,
    `<startTime>${slot}.000Z</startTime><progress>100%</progress><ownerId>111122223333</ownerId><volumeSize>100</volumeSize>`,
    `<description>bench/disks/${source}/${slot}</description><encrypted>false</encrypted><storageTier>standard</storageTier>`,
    `<tagSet>${tags.map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`).join('')}</tagSet>`,
  ].join('');
}

function volume(index: number): string {
  return [
    `<volumeId>${volumeId(index)}</volumeId><status>available</status><volumeType>gp3</volumeType><size>100</size>`,
    '<availabilityZone>us-east-1a</availabilityZone><tagSet><item><key>Backup</key><value>disks</value></item></tagSet>',
  ].join('');
}

function volumeId(index: number): string {
  return `vol-${hex(index)}`;
}

function hex(index: number): string {
  return index.toString(16).padStart(17, '0');
}
