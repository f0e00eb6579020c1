import {
  DescribeImageAttributeCommand,
  DescribeSnapshotAttributeCommand,
  DisableImageCommand,
  DisableImageDeprecationCommand,
  DisableImageDeregistrationProtectionCommand,
  EnableImageCommand,
  EnableImageDeprecationCommand,
  EnableImageDeregistrationProtectionCommand,
  LockSnapshotCommand,
  ModifySnapshotTierCommand,
  UnlockSnapshotCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { Authorisations, type Asked } from '../support/authorisation.ts';
import type { Statement } from '../support/iam.ts';
import { GetRuleCommand, ListRulesCommand } from '../simulator/rbin-commands.ts';
import { DAY, newPlace, START } from '../simulator/support.ts';
import { allowedBy, refusedBy } from './asked.ts';

const OURS = { 'ec2-backup:deployment': 'test' };

/** What IAM is asked for by every call that protects one image and one snapshot, or reads how they are. */
async function everyAsked(): Promise<readonly Asked[]> {
  const { account, region } = newPlace();
  const { ec2 } = region;
  const ImageId = region.registerImage({ name: 'a', tags: OURS });
  const SnapshotId = region.createForeignSnapshot({ tags: OURS });
  const lock = { SnapshotId, LockMode: 'governance' as const };
  await ec2.send(new EnableImageDeregistrationProtectionCommand({ ImageId }));
  await ec2.send(new DisableImageDeregistrationProtectionCommand({ ImageId }));
  await ec2.send(new EnableImageDeprecationCommand({ ImageId, DeprecateAt: new Date(START + DAY) }));
  await ec2.send(new DisableImageDeprecationCommand({ ImageId }));
  await ec2.send(new DisableImageCommand({ ImageId }));
  await ec2.send(new EnableImageCommand({ ImageId }));
  await ec2.send(new DescribeImageAttributeCommand({ ImageId, Attribute: 'launchPermission' }));
  await ec2.send(new LockSnapshotCommand({ ...lock, LockDuration: 30 }));
  await ec2.send(new LockSnapshotCommand({ ...lock, ExpirationDate: new Date(START + DAY) }));
  await ec2.send(new UnlockSnapshotCommand({ SnapshotId }));
  await ec2.send(new DescribeSnapshotAttributeCommand({ SnapshotId, Attribute: 'createVolumePermission' }));
  await ec2.send(new ModifySnapshotTierCommand({ SnapshotId, StorageTier: 'archive' }));
  const Identifier = region.protecting.addBinRule({ kind: 'EC2_IMAGE', days: 7 });
  await region.clients.rbin.send(new ListRulesCommand({ ResourceType: 'EC2_IMAGE' }));
  await region.clients.rbin.send(new GetRuleCommand({ Identifier }));
  const authorisations = new Authorisations(account.account, region);
  return region.calls.flatMap((call) => authorisations.of(call));
}

const onKind = (kind: string, Condition: Statement['Condition']): Statement => ({
  Effect: 'Allow',
  Action: '*',
  Resource: `arn:aws:ec2:ap-northeast-2::${kind}/*`,
  ...(Condition && { Condition }),
});

describe('a call that protects', () => {
  test('asks for its own action, on what it names', async () => {
    const asked = await everyAsked();
    const shown = asked.map(({ action, resource }) => `${action} ${resource.replace(/^.*:|\/.*$/g, '')}`);
    expect(shown).toEqual([
      'ec2:EnableImageDeregistrationProtection image',
      'ec2:DisableImageDeregistrationProtection image',
      'ec2:EnableImageDeprecation image',
      'ec2:DisableImageDeprecation image',
      'ec2:DisableImage image',
      'ec2:EnableImage image',
      'ec2:DescribeImageAttribute image',
      'ec2:LockSnapshot snapshot',
      'ec2:LockSnapshot snapshot',
      'ec2:UnlockSnapshot snapshot',
      'ec2:DescribeSnapshotAttribute snapshot',
      'ec2:ModifySnapshotTier snapshot',
      'rbin:ListRules *',
      'rbin:GetRule rule',
    ]);
  });

  test('is allowed or not by the tags of what it names', async () => {
    const asked = (await everyAsked()).filter(({ action }) => action.startsWith('ec2:'));
    const role = (deployment: string): Statement[] => {
      const condition = { StringEquals: { 'aws:ResourceTag/ec2-backup:deployment': deployment } };
      return [onKind('image', condition), onKind('snapshot', condition)];
    };
    expect(refusedBy(role('test'), asked)).toEqual([]);
    expect(allowedBy(role('prod'), asked)).toEqual([]);
  });

  test('is allowed or not by the days of its lock, and not by them without any', async () => {
    const locking = (await everyAsked()).filter(({ action }) => action === 'ec2:LockSnapshot');
    const role = (days: string): Statement[] => [
      onKind('snapshot', { NumericLessThanEquals: { 'ec2:SnapshotLockDuration': days } }),
    ];
    expect(allowedBy(role('30'), locking)).toHaveLength(1);
    expect(allowedBy(role('29'), locking)).toEqual([]);
  });
});
