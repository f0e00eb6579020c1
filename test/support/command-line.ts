/** Carries out the commands that `handover` prints, on a simulated account: as somebody would who copies them. */

import { DeleteLifecyclePolicyCommand, UpdateLifecyclePolicyCommand } from '@aws-sdk/client-dlm';
import {
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DisableImageDeregistrationProtectionCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { MINUTE, type Scenario } from './scenario.ts';

/** The words of a line, with what is quoted for a POSIX shell taken together. */
export function wordsOf(line: string): string[] {
  const words = line.match(/(?:'[^']*'|\\'|[^\s'])+/g) ?? [];
  return words.map((word) => word.replaceAll(/'([^']*)'|\\(')/g, '$1$2'));
}

interface Parsed {
  readonly name: string;
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/** `aws ec2 delete-snapshot --region r --snapshot-id s` is `ec2 delete-snapshot` with two options. */
function parse(line: string): Parsed {
  const [program, ...words] = wordsOf(line);
  if (program !== 'aws') throw new Error(`not a command of the AWS command line: ${line}`);
  const first = words.findIndex((word) => word.startsWith('--'));
  const options = new Map<string, string[]>();
  let values: string[] = [];
  for (const word of words.slice(first)) {
    if (word.startsWith('--')) options.set(word, (values = []));
    else values.push(word);
  }
  return { name: words.slice(0, first).join(' '), options };
}

export async function carryOut(line: string, { region, clock }: Scenario): Promise<void> {
  const { name, options } = parse(line);
  const left = new Set(options.keys());
  const all = (option: string): string[] => {
    left.delete(option);
    const values = options.get(option);
    if (!values?.length) throw new Error(`${option} has no value in: ${line}`);
    return [...values];
  };
  const one = (option: string): string => {
    const [value = '', ...more] = all(option);
    if (more.length > 0) throw new Error(`${option} has several values in: ${line}`);
    return value;
  };
  // IAM is the same in all Regions.
  if (!name.startsWith('iam ') && one('--region') !== region.name)
    throw new Error(`another Region than ${region.name}: ${line}`);
  const { ec2, dlm } = region.clients;
  switch (name) {
    case 'ec2 deregister-image': {
      const DeleteAssociatedSnapshots = left.delete('--delete-associated-snapshots');
      await ec2.send(new DeregisterImageCommand({ ImageId: one('--image-id'), DeleteAssociatedSnapshots }));
      break;
    }
    case 'ec2 delete-snapshot':
      await ec2.send(new DeleteSnapshotCommand({ SnapshotId: one('--snapshot-id') }));
      break;
    case 'ec2 disable-image-deregistration-protection':
      await ec2.send(new DisableImageDeregistrationProtectionCommand({ ImageId: one('--image-id') }));
      break;
    case 'ec2 terminate-instances':
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: all('--instance-ids') }));
      break;
    case 'ec2 wait instance-terminated':
      all('--instance-ids');
      clock.advance(10 * MINUTE);
      break;
    case 'ec2 delete-security-group':
      await ec2.send(new DeleteSecurityGroupCommand({ GroupId: one('--group-id') }));
      break;
    case 'ec2 delete-tags': {
      // The simulated account has no DeleteTags: nothing but people takes tags off.
      const keys = tagKeys(all('--tags'));
      for (const id of all('--resources')) untag(region, id, keys);
      break;
    }
    case 'ec2 create-tags':
      await ec2.send(new CreateTagsCommand({ Resources: all('--resources'), Tags: tagsOf(all('--tags')) }));
      break;
    case 'dlm delete-lifecycle-policy':
      await dlm.send(new DeleteLifecyclePolicyCommand({ PolicyId: one('--policy-id') }));
      break;
    default:
      await giveOwnRole(line, { name, one, region });
  }
  if (left.size > 0) throw new Error(`options that nobody read (${[...left].join(', ')}): ${line}`);
}

interface Words {
  readonly name: string;
  readonly one: (option: string) => string;
  readonly region: Scenario['region'];
}

/** What AWS's own policies allow is not simulated: a role may everything. */
async function giveOwnRole(line: string, { name, one, region }: Words): Promise<void> {
  if (name === 'iam create-role') {
    const trust = JSON.parse(one('--assume-role-policy-document')) as object;
    region.createRole({ name: one('--role-name'), trust });
  } else if (name === 'iam attach-role-policy') {
    const [role, policy] = [one('--role-name'), one('--policy-arn')];
    if (!/^arn:aws:iam::aws:policy\/service-role\/AWSDataLifecycleManager\w+$/.test(policy))
      throw new Error(`no policy of AWS's for DLM, for ${role}: ${line}`);
  } else if (name === 'dlm update-lifecycle-policy') {
    const given = { PolicyId: one('--policy-id'), ExecutionRoleArn: one('--execution-role-arn') };
    await region.clients.dlm.send(new UpdateLifecyclePolicyCommand(given));
  } else throw new Error(`an unknown command: ${line}`);
}

/** As EC2 does, which says nothing of tags that are not there. */
function untag(region: Scenario['region'], id: string, keys: readonly string[]): void {
  const all = [...region.instances(), ...region.volumes(), ...region.images(), ...region.snapshots()];
  const found = all.find((one) => one.id === id);
  if (!found) throw new Error(`nothing has the id ${id}`);
  for (const key of keys) if (key in found.tags) region.untag(id, key);
}

function tagKeys(words: readonly string[]): string[] {
  const [first = ''] = words;
  if (first.startsWith('[')) return (JSON.parse(first) as { Key: string }[]).map(({ Key }) => Key);
  return words.map((word) => word.replace(/^Key=/, ''));
}

function tagsOf(words: readonly string[]): { Key: string; Value: string }[] {
  const [first = ''] = words;
  if (first.startsWith('[')) return JSON.parse(first) as { Key: string; Value: string }[];
  return words.map((word) => {
    const [, Key = '', Value = ''] = /^Key=(.+?),Value=(.*)$/.exec(word) ?? [];
    return { Key, Value };
  });
}
