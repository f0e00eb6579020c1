import { DeleteSnapshotCommand, DeregisterImageCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { BinRuleSpec } from '../../src/simulator/bin-rules.ts';
import type { GetRuleResponse, ListRulesRequest, ListRulesResponse } from '../../src/simulator/rbin-api.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { GetRuleCommand, ListRulesCommand } from './rbin-commands.ts';
import { DAY, HOUR, MINUTE, newPlace, outcomeOf, present, START } from './support.ts';

const OURS = { key: 'made-by', value: 'us' };
const THEIRS = { key: 'made-by', value: 'them' };

const getRule = async ({ clients }: SimulatedRegion, Identifier: string): Promise<GetRuleResponse> =>
  (await clients.rbin.send(new GetRuleCommand({ Identifier }))) as GetRuleResponse;

const listRules = async (
  { clients }: SimulatedRegion,
  request: Partial<ListRulesRequest> = {},
): Promise<ListRulesResponse> => {
  const command = new ListRulesCommand({ ResourceType: 'EBS_SNAPSHOT', ...request });
  return (await clients.rbin.send(command)) as ListRulesResponse;
};

/** After how many days a snapshot that is deleted now leaves the bin; undefined when it is not in it. */
async function daysOf(
  region: SimulatedRegion,
  tags: Record<string, string> = {},
): Promise<number | undefined> {
  const SnapshotId = region.createForeignSnapshot({ tags });
  await region.ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
  const entry = region.binned().find(({ id }) => id === SnapshotId);
  return entry && (entry.exitsAt - entry.enteredAt) / DAY;
}

describe('a rule of the Recycle Bin', () => {
  const add = (region: SimulatedRegion, rule: Partial<BinRuleSpec>): string =>
    region.protecting.addBinRule({ kind: 'EBS_SNAPSHOT', days: 7, ...rule });

  test('for the Region is for all of its kind and for nothing else', async () => {
    const { region } = newPlace();
    add(region, {});
    expect(await daysOf(region)).toBe(7);
    const ImageId = region.registerImage({ name: 'a' });
    await region.ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }));
    expect(region.binned().map(({ kind }) => kind)).toEqual(['EBS_SNAPSHOT', 'EBS_SNAPSHOT']);
  });

  test('by tags is for what has any of them, by key and value', async () => {
    const { region } = newPlace();
    add(region, { tags: [OURS, { key: 'kind', value: 'backup' }] });
    expect(await daysOf(region, { 'made-by': 'us' })).toBe(7);
    expect(await daysOf(region, { kind: 'backup', 'made-by': 'them' })).toBe(7);
    expect(await daysOf(region, { 'made-by': 'US' })).toBeUndefined();
    expect(await daysOf(region)).toBeUndefined();
  });

  test('for the Region is not for what has a tag that it excludes', async () => {
    const { region } = newPlace();
    add(region, { excludeTags: [OURS, THEIRS] });
    expect(await daysOf(region, { 'made-by': 'them' })).toBeUndefined();
    expect(await daysOf(region, { 'made-by': 'nobody' })).toBe(7);
  });

  test('of many is the longest', async () => {
    const { region } = newPlace();
    add(region, { days: 3 });
    add(region, { days: 30, tags: [OURS] });
    add(region, { days: 10, tags: [OURS] });
    add(region, { days: 90, tags: [THEIRS] });
    expect(await daysOf(region)).toBe(3);
    expect(await daysOf(region, { 'made-by': 'us' })).toBe(30);
  });

  test('keeps nothing before it is available, and what it keeps stays when it is deleted', async () => {
    const { region, clock } = newPlace();
    const id = add(region, { availableIn: 30 * MINUTE });
    clock.advance(30 * MINUTE - 1);
    expect(await daysOf(region)).toBeUndefined();
    expect((await getRule(region, id)).Status).toBe('pending');
    clock.advance(1);
    expect((await getRule(region, id)).Status).toBe('available');
    expect(await daysOf(region)).toBe(7);
    region.protecting.removeBinRule(id);
    expect(await daysOf(region)).toBeUndefined();
    clock.advance(7 * DAY - 1);
    expect(region.binned()).toHaveLength(1);
    clock.advance(1);
    expect(region.binned()).toEqual([]);
  });

  test('is read with its tags one by one only', async () => {
    const { region } = newPlace();
    const id = add(region, { tags: [OURS], description: 'backups' });
    const summary = {
      Identifier: id,
      Description: 'backups',
      RetentionPeriod: { RetentionPeriodValue: 7, RetentionPeriodUnit: 'DAYS' },
      RuleArn: `arn:aws:rbin:ap-northeast-2:111122223333:rule/${id}`,
    };
    expect((await listRules(region)).Rules).toEqual([summary]);
    expect(await getRule(region, id)).toMatchObject({
      ...summary,
      ResourceType: 'EBS_SNAPSHOT',
      ResourceTags: [{ ResourceTagKey: 'made-by', ResourceTagValue: 'us' }],
      ExcludeResourceTags: [],
      Status: 'available',
    });
  });

  test('that is locked says so and cannot be deleted', async () => {
    const { region } = newPlace();
    const id = add(region, { unlockDelay: 7, excludeTags: [OURS] });
    expect((await listRules(region)).Rules).toMatchObject([{ LockState: 'locked' }]);
    expect(await getRule(region, id)).toMatchObject({
      LockState: 'locked',
      LockConfiguration: { UnlockDelay: { UnlockDelayValue: 7, UnlockDelayUnit: 'DAYS' } },
      ExcludeResourceTags: [{ ResourceTagKey: 'made-by', ResourceTagValue: 'us' }],
    });
    expect(() => {
      region.protecting.removeBinRule(id);
    }).toThrow(/locked/);
  });

  test('is listed by kind, in pages, after the lag of reads', async () => {
    const { region, clock } = newPlace({ readLag: 2 * MINUTE });
    clock.advance(HOUR);
    const ids = [1, 2, 3].map((days) => add(region, { days }));
    add(region, { kind: 'EC2_IMAGE' });
    expect(await listRules(region)).toMatchObject({ Rules: [] });
    expect(await outcomeOf(getRule(region, present(ids[0])))).toBe('ResourceNotFoundException');
    clock.advance(2 * MINUTE);
    const first = await listRules(region, { MaxResults: 2 });
    const rest = await listRules(region, { MaxResults: 2, NextToken: first.NextToken });
    expect([...first.Rules, ...rest.Rules].map(({ Identifier }) => Identifier).sort()).toEqual(ids.sort());
    expect([first.Rules.length, rest.Rules.length, rest.NextToken]).toEqual([2, 1, undefined]);
    expect((await listRules(region, { ResourceType: 'EC2_IMAGE' })).Rules).toHaveLength(1);
    expect((await listRules(region, { ResourceType: 'EBS_VOLUME' })).Rules).toEqual([]);
  });

  test.each<[title: string, rule: Partial<BinRuleSpec>, words: RegExp]>([
    ['0 days', { days: 0 }, /0 days, expected 1 to 3650/],
    ['over 3650 days', { days: 3651 }, /3651 days/],
    ['over 50 tags', { tags: Array.from({ length: 51 }, () => OURS) }, /51 tags, expected 0 to 50/],
    ['over 5 tags to exclude', { excludeTags: Array.from({ length: 6 }, () => OURS) }, /6 tags to exclude/],
    ['tags, and tags to exclude', { tags: [OURS], excludeTags: [THEIRS] }, /whole Region/],
    ['tags, and a lock', { tags: [OURS], unlockDelay: 7 }, /whole Region/],
    ['an unlock delay of under a week', { unlockDelay: 6 }, /expected 7 to 30/],
  ])('with %s is not made', async (_title, rule, words) => {
    const { region } = newPlace();
    expect(() => add(region, rule)).toThrow(words);
    expect((await listRules(region)).Rules).toEqual([]);
  });

  test('is refused as the 251st of a Region', () => {
    const { region } = newPlace();
    for (let count = 0; count < 250; count += 1) add(region, {});
    expect(() => add(region, {})).toThrow(/251 rules/);
  });
});

test('a call to the Recycle Bin that makes no sense is refused', async () => {
  const { region } = newPlace();
  expect(await outcomeOf(getRule(region, 'rule'))).toBe('ValidationException');
  expect(await outcomeOf(getRule(region, '0123456789a'))).toBe('ResourceNotFoundException');
  expect(await outcomeOf(listRules(region, { ResourceType: undefined }))).toBe('ValidationException');
  expect(region.calls.map(({ service, at }) => [service, at])).toEqual(
    Array.from({ length: 3 }, () => ['rbin', START]),
  );
});
