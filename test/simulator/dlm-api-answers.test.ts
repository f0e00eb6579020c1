import {
  CreateLifecyclePolicyCommand,
  GetLifecyclePoliciesCommand,
  GetLifecyclePolicyCommand,
  type CreateLifecyclePolicyRequest,
  type GetLifecyclePoliciesRequest,
  type LifecyclePolicy,
} from '@aws-sdk/client-dlm';
import { describe, expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { defaultPolicy, imagePolicy, ROLE, setPolicy, volumePolicy } from './lifecycle-requests.ts';
import { MINUTE, newPlace, outcomeOf, present, START } from './support.ts';

async function create(region: SimulatedRegion, request: CreateLifecyclePolicyRequest): Promise<string> {
  return present((await region.dlm.send(new CreateLifecyclePolicyCommand(request))).PolicyId);
}

async function read(region: SimulatedRegion, PolicyId: string): Promise<LifecyclePolicy> {
  return present((await region.dlm.send(new GetLifecyclePolicyCommand({ PolicyId }))).Policy);
}

async function list(region: SimulatedRegion, input: GetLifecyclePoliciesRequest = {}): Promise<string[]> {
  const { Policies } = await region.dlm.send(new GetLifecyclePoliciesCommand(input));
  return present(Policies).map(({ PolicyId }) => present(PolicyId));
}

describe('the answer about a policy', () => {
  test('has every default that DLM documents, and none of the rules that were not given', async () => {
    const { region } = newPlace();
    const id = await create(region, {
      ExecutionRoleArn: ROLE,
      Description: 'as little as can be said',
      State: 'ENABLED',
      PolicyDetails: {
        ResourceTypes: ['INSTANCE'],
        TargetTags: [{ Key: 'Backup', Value: 'a' }],
        Schedules: [
          {
            Name: 'base',
            CreateRule: { Interval: 24, Scripts: [{ ExecutionHandler: 'my-freeze' }] },
            RetainRule: { Count: 7 },
            CrossRegionCopyRules: [{ Target: 'eu-west-1', Encrypted: false }],
          },
        ],
      },
    });
    expect(id).toMatch(/^policy-0[0-9a-f]{16}$/);
    expect(await read(region, id)).toEqual({
      PolicyId: id,
      PolicyArn: `arn:aws:dlm:ap-northeast-2:111122223333:policy/${id}`,
      Description: 'as little as can be said',
      State: 'ENABLED',
      ExecutionRoleArn: ROLE,
      DateCreated: new Date(START),
      DateModified: new Date(START),
      DefaultPolicy: false,
      PolicyDetails: {
        PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
        PolicyLanguage: 'STANDARD',
        ResourceTypes: ['INSTANCE'],
        ResourceLocations: ['CLOUD'],
        TargetTags: [{ Key: 'Backup', Value: 'a' }],
        Parameters: { ExcludeBootVolume: false },
        Schedules: [
          {
            Name: 'base',
            CopyTags: false,
            CreateRule: {
              Location: 'CLOUD',
              Interval: 24,
              IntervalUnit: 'HOURS',
              Times: ['00:20'],
              Scripts: [
                {
                  ExecutionHandler: 'my-freeze',
                  ExecutionHandlerService: 'AWS_SYSTEMS_MANAGER',
                  Stages: expect.arrayContaining(['PRE', 'POST']) as string[],
                  ExecuteOperationOnScriptFailure: true,
                  ExecutionTimeout: 10,
                  MaximumRetryCount: 0,
                },
              ],
            },
            RetainRule: { Count: 7 },
            CrossRegionCopyRules: [{ Target: 'eu-west-1', Encrypted: false, CopyTags: false }],
          },
        ],
      },
    });
  });

  test('says of AMIs that instances are not rebooted, and of no location', async () => {
    const { region } = newPlace();
    const { PolicyDetails } = await read(region, await create(region, imagePolicy()));
    expect(PolicyDetails?.Parameters).toEqual({ NoReboot: true });
    expect(PolicyDetails?.Schedules?.[0]?.CreateRule).not.toHaveProperty('Location');
  });

  test('has the fields of a default policy in its details, wherever they were given', async () => {
    const { region } = newPlace();
    const request = defaultPolicy('VOLUME', { RetainInterval: undefined, Exclusions: undefined });
    const { PolicyDetails, DefaultPolicy } = await read(region, await create(region, request));
    expect(DefaultPolicy).toBe(true);
    expect(PolicyDetails).toEqual({
      PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
      PolicyLanguage: 'SIMPLIFIED',
      ResourceType: 'VOLUME',
      CreateInterval: 1,
      RetainInterval: 7,
      CopyTags: false,
      ExtendDeletion: false,
      CrossRegionCopyTargets: [{ TargetRegion: 'eu-west-1' }],
      Exclusions: { ExcludeBootVolumes: false },
    });
  });

  test('is in an order of its own: of some policies each list is turned round, of others empty ones are gone', async () => {
    const { region } = newPlace();
    const tags = [
      { Key: 'Backup', Value: 'hourly' },
      { Key: 'Backup:hourly', Value: 'true' },
    ];
    const names = ['base', 'weekly'];
    const orders = new Set<string>();
    for (let count = 0; count < 12; count += 1) {
      const id = await create(region, setPolicy({ TargetTags: tags }, { ShareRules: [] }));
      const { PolicyDetails } = await read(region, id);
      const schedules = present(PolicyDetails?.Schedules);
      const isTurned = schedules[0]?.Name === 'weekly';
      const base = present(schedules.find(({ Name }) => Name === 'base'));
      expect(PolicyDetails?.TargetTags).toEqual(isTurned ? [...tags].reverse() : tags);
      expect(schedules.map(({ Name }) => Name)).toEqual(isTurned ? [...names].reverse() : names);
      expect(base.ShareRules).toEqual(isTurned ? [] : undefined);
      orders.add(isTurned ? 'turned' : 'as given');
    }
    expect(orders.size).toBe(2);
  });

  test('is a copy: who changes it changes nothing', async () => {
    const { region } = newPlace();
    const request = setPolicy();
    const id = await create(region, request);
    present(request.PolicyDetails?.TargetTags).pop();
    present((await read(region, id)).PolicyDetails?.Schedules).pop();
    expect((await read(region, id)).PolicyDetails).toMatchObject({
      TargetTags: expect.objectContaining({ length: 2 }) as object,
      Schedules: expect.objectContaining({ length: 2 }) as object,
    });
  });

  test('is ResourceNotFoundException when there is none', async () => {
    const { region } = newPlace();
    const PolicyId = 'policy-0123456789abcdef0';
    await expect(region.dlm.send(new GetLifecyclePolicyCommand({ PolicyId }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
      ResourceIds: [PolicyId],
      ResourceType: 'Policy',
    });
  });
});

describe('the list of policies', () => {
  test('has summaries of all on one page, in no order of time', async () => {
    const { region } = newPlace({ pageSize: 2, emptyPages: true });
    const ids: string[] = [];
    for (let count = 0; count < 9; count += 1) ids.push(await create(region, setPolicy()));
    const listed = await list(region);
    expect([...listed].sort()).toEqual([...ids].sort());
    expect(listed).not.toEqual(ids);
    expect(listed).not.toEqual([...ids].reverse());
    const { Policies } = await region.dlm.send(
      new GetLifecyclePoliciesCommand({ PolicyIds: [ids[0] ?? ''] }),
    );
    expect(Policies).toEqual([
      {
        PolicyId: ids[0],
        Description: 'a policy',
        State: 'ENABLED',
        PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
        DefaultPolicy: false,
      },
    ]);
  });

  test('is filtered by everything the API filters by', async () => {
    const { region } = newPlace();
    const volume = await create(region, volumePolicy());
    const set = await create(region, setPolicy());
    const image = await create(region, { ...imagePolicy(), State: 'DISABLED' });
    const defaultVolume = await create(region, defaultPolicy('VOLUME'));
    const defaultInstance = await create(region, defaultPolicy('INSTANCE'));
    region.breakLifecyclePolicy(set, 'Role provided does not have sufficient permissions');
    const listed = async (input: GetLifecyclePoliciesRequest): Promise<string[]> =>
      (await list(region, input)).sort();
    expect(await listed({ State: 'ERROR' })).toEqual([set]);
    expect(await listed({ State: 'DISABLED' })).toEqual([image]);
    expect(await listed({ ResourceTypes: ['VOLUME'] })).toEqual([volume, defaultVolume].sort());
    expect(await listed({ TargetTags: ['Backup=hourly', 'Backup=daily-ami'] })).toEqual([set, image].sort());
    expect(await listed({ TargetTags: ['Backup=Hourly'] })).toEqual([]);
    expect(await listed({ TagsToAdd: ['CostCentre=42'] })).toEqual([volume, set].sort());
    expect(await listed({ TagsToAdd: ['CostCentre=42'], ResourceTypes: ['INSTANCE'] })).toEqual([set]);
    expect(await listed({ DefaultPolicyType: 'INSTANCE' })).toEqual([defaultInstance]);
    expect(await listed({ DefaultPolicyType: 'ALL' })).toEqual([defaultInstance, defaultVolume].sort());
    expect(await listed({ PolicyIds: [image, set] })).toEqual([image, set].sort());
  });

  test.each<[name: string, input: GetLifecyclePoliciesRequest, error: string]>([
    ['a tag without =', { TargetTags: ['Backup'] }, 'InvalidRequestException'],
    ['no resource type', { ResourceTypes: [] }, 'InvalidRequestException'],
    ['an id that is none', { PolicyIds: ['hourly'] }, 'InvalidRequestException'],
    ['an id that nothing has', { PolicyIds: ['policy-0123456789abcdef0'] }, 'ResourceNotFoundException'],
  ])('refuses %s', async (_name, input, error) => {
    const { region } = newPlace();
    expect(await outcomeOf(list(region, input))).toBe(error);
  });
});

describe('under a read lag', () => {
  test('a new policy does not show, a changed one shows its former self, a deleted one is still there', async () => {
    const { region, clock } = newPlace({ readLag: 2 * MINUTE });
    const id = await create(region, { ...setPolicy(), Description: 'first', Tags: { a: '1' } });
    expect(await outcomeOf(read(region, id))).toBe('ResourceNotFoundException');
    expect(await list(region)).toEqual([]);
    clock.advance(2 * MINUTE);
    expect((await read(region, id)).Description).toBe('first');

    region.editLifecyclePolicy(id, { description: 'second', state: 'DISABLED', tags: { a: '2' } });
    clock.advance(MINUTE);
    region.editLifecyclePolicy(id, { description: 'third' });
    expect(region.lifecyclePolicies()).toMatchObject([{ description: 'third', tags: { a: '2' } }]);
    expect(await read(region, id)).toMatchObject({
      Description: 'first',
      State: 'ENABLED',
      Tags: { a: '1' },
    });
    clock.advance(MINUTE);
    expect(await read(region, id)).toMatchObject({
      Description: 'second',
      State: 'DISABLED',
      Tags: { a: '2' },
    });
    clock.advance(MINUTE);
    expect(await read(region, id)).toMatchObject({ Description: 'third' });

    region.deleteLifecyclePolicyByHand(id);
    expect(region.lifecyclePolicies()).toEqual([]);
    expect(await list(region)).toEqual([id]);
    clock.advance(2 * MINUTE);
    expect(await list(region)).toEqual([]);
  });
});
