import {
  CreateLifecyclePolicyCommand,
  DeleteLifecyclePolicyCommand,
  GetLifecyclePolicyCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateLifecyclePolicyCommand,
  type CreateLifecyclePolicyRequest,
  type PolicyDetails,
  type Schedule,
  type UpdateLifecyclePolicyRequest,
} from '@aws-sdk/client-dlm';
import { describe, expect, test } from 'vitest';
import { onNth } from '../../src/simulator/faults.ts';
import type { LifecyclePolicyView } from '../../src/simulator/console-dlm.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { defaultPolicy, imagePolicy, setPolicy, volumePolicy } from './lifecycle-requests.ts';
import { HOUR, newPlace, outcomeOf, present, START, type TestPlace } from './support.ts';

interface Changed extends TestPlace {
  readonly id: string;
  readonly update: (change: Omit<UpdateLifecyclePolicyRequest, 'PolicyId'>) => Promise<unknown>;
  readonly truth: () => LifecyclePolicyView;
}

async function withPolicy(
  request: CreateLifecyclePolicyRequest,
  settings: Partial<SimulatorSettings> = {},
): Promise<Changed> {
  const place = newPlace(settings);
  const { PolicyId } = await place.region.dlm.send(new CreateLifecyclePolicyCommand(request));
  const id = present(PolicyId);
  return {
    ...place,
    id,
    update: (change) => place.region.dlm.send(new UpdateLifecyclePolicyCommand({ PolicyId: id, ...change })),
    truth: () => present(place.region.lifecyclePolicies()[0]),
  };
}

/** Its details with the first schedule changed. */
function schedules(
  request: CreateLifecyclePolicyRequest,
  change: Schedule,
): Pick<PolicyDetails, 'Schedules'> {
  const [first, ...rest] = request.PolicyDetails?.Schedules ?? [];
  return { Schedules: [{ ...first, ...change }, ...rest] };
}

describe('an update', () => {
  test('changes what it names and leaves the rest', async () => {
    const { update, truth, clock } = await withPolicy(setPolicy());
    const before = truth();
    clock.advance(HOUR);
    await update({ Description: 'another', ExecutionRoleArn: 'arn:aws:iam::111122223333:role/other' });
    expect(truth()).toEqual({
      ...before,
      description: 'another',
      roleArn: 'arn:aws:iam::111122223333:role/other',
      modifiedAt: START + HOUR,
    });
  });

  test('of the state holds from then on, and leads out of ERROR', async () => {
    const { update, truth, clock, region, id } = await withPolicy(setPolicy());
    clock.advance(HOUR);
    await update({ State: 'ENABLED' });
    expect(truth()).toMatchObject({ state: 'ENABLED', stateSince: START });
    region.breakLifecyclePolicy(id, 'the role is gone');
    await update({ Description: 'still broken' });
    expect(truth()).toMatchObject({
      state: 'ERROR',
      statusMessage: 'the role is gone',
      stateSince: START + HOUR,
    });
    const { Policy } = await region.dlm.send(new GetLifecyclePolicyCommand({ PolicyId: id }));
    expect(Policy).toMatchObject({ State: 'ERROR', StatusMessage: 'the role is gone' });
    clock.advance(HOUR);
    await update({ State: 'ENABLED' });
    expect(truth()).toMatchObject({
      state: 'ENABLED',
      statusMessage: undefined,
      stateSince: START + 2 * HOUR,
    });
  });

  test('of a default policy takes its fields from the body or from the details', async () => {
    const { update, truth } = await withPolicy(defaultPolicy('VOLUME'));
    await update({ RetainInterval: 9, CrossRegionCopyTargets: [] });
    expect(truth().details).toMatchObject({
      RetainInterval: 9,
      CreateInterval: 1,
      CrossRegionCopyTargets: [],
    });
    await update({ PolicyDetails: { CreateInterval: 3 } });
    expect(truth().details).toMatchObject({ RetainInterval: 9, CreateInterval: 3 });
    expect(await outcomeOf(update({ PolicyDetails: {}, CreateInterval: 2 }))).toBe('InvalidRequestException');
    expect(await outcomeOf(update({ CreateInterval: 7, RetainInterval: 7 }))).toBe('InvalidRequestException');
    expect(truth().details).toMatchObject({ RetainInterval: 9, CreateInterval: 3 });
  });

  const days = { Interval: 7, IntervalUnit: 'DAYS' } as const;

  test.each<[name: string, from: CreateLifecyclePolicyRequest, details: PolicyDetails, message: string]>([
    [
      'the policy type',
      setPolicy(),
      { PolicyType: 'IMAGE_MANAGEMENT' },
      'PolicyDetails.PolicyType is IMAGE_MANAGEMENT and was EBS',
    ],
    [
      'the resource type',
      setPolicy(),
      { ResourceTypes: ['VOLUME'] },
      'PolicyDetails.ResourceTypes is VOLUME and was INSTANCE',
    ],
    [
      'the kind of a default policy',
      defaultPolicy('VOLUME'),
      { ResourceType: 'INSTANCE' },
      'PolicyDetails.ResourceType is INSTANCE and was VOLUME',
    ],
    [
      'a custom policy to a default one',
      setPolicy(),
      { PolicyLanguage: 'SIMPLIFIED' },
      'PolicyDetails.PolicyLanguage is SIMPLIFIED',
    ],
    [
      'count-based to age-based',
      setPolicy(),
      schedules(setPolicy(), { RetainRule: days }),
      'RetainRule is age-based and was count-based',
    ],
    [
      'age-based to count-based',
      imagePolicy(),
      schedules(imagePolicy(), { RetainRule: { Count: 7 } }),
      'RetainRule is count-based and was age-based',
    ],
    ['a field to one of another kind', setPolicy(), { ExtendDeletion: true }, 'ExtendDeletion is given'],
  ])('cannot change %s, however it merges', async (_name, from, details, message) => {
    for (const lifecycleMerge of ['fields', 'schedules', 'replace'] as const) {
      const { update, truth } = await withPolicy(from, { lifecycleMerge });
      const before = truth();
      const error: unknown = await update({ PolicyDetails: details }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        name: 'InvalidRequestException',
        message: expect.stringContaining(message) as string,
      });
      expect(truth()).toEqual(before);
    }
  });

  test('may count in a schedule of a new name what another ages', async () => {
    const { update, truth } = await withPolicy(imagePolicy());
    const change = schedules(imagePolicy(), {
      Name: 'new',
      RetainRule: { Count: 7 },
      DeprecateRule: { Count: 2 },
    });
    await update({ PolicyDetails: change });
    expect(truth().details.Schedules).toMatchObject([{ Name: 'new', RetainRule: { Count: 7 } }]);
  });

  test('is refused whole when what it leads to breaks a rule', async () => {
    const { update, truth } = await withPolicy(imagePolicy());
    const before = truth();
    const PolicyDetails = schedules(imagePolicy(), { RetainRule: { Interval: 10, IntervalUnit: 'DAYS' } });
    expect(await outcomeOf(update({ Description: 'other', PolicyDetails }))).toBe('InvalidRequestException');
    expect(truth()).toEqual(before);
  });

  test('of what does not exist is ResourceNotFoundException', async () => {
    const { region } = newPlace();
    const PolicyId = 'policy-0123456789abcdef0';
    for (const call of [
      region.dlm.send(new UpdateLifecyclePolicyCommand({ PolicyId, State: 'DISABLED' })),
      region.dlm.send(new DeleteLifecyclePolicyCommand({ PolicyId })),
    ])
      expect(await outcomeOf(call)).toBe('ResourceNotFoundException');
  });
});

describe('an update of the details', () => {
  /** One schedule of three rules, of which the update says less. */
  const from = setPolicy({}, { ShareRules: [] });
  const update: PolicyDetails = {
    Parameters: { ExcludeDataVolumeTags: [] },
    Schedules: [{ Name: 'base', CreateRule: { Interval: 6, Times: ['00:00'] }, RetainRule: { Count: 12 } }],
  };

  test.each<[merge: SimulatorSettings['lifecycleMerge'], boot: boolean, restore: boolean, target: boolean]>([
    ['fields', true, false, true],
    ['schedules', true, true, true],
    ['replace', false, false, false],
  ])('merged by %s', async (lifecycleMerge, boot, restore, target) => {
    const policy = await withPolicy(from, { lifecycleMerge });
    const TargetTags = [{ Key: 'Backup', Value: 'other' }];
    await policy.update({ PolicyDetails: { ...update, ...(!target && { TargetTags }) } });
    const { details } = policy.truth();
    expect(details.Parameters).toEqual({ ExcludeBootVolume: boot, ExcludeDataVolumeTags: [] });
    expect(details.Schedules).toHaveLength(1);
    expect(details.Schedules?.[0]).toMatchObject({
      CreateRule: { Location: 'CLOUD', Interval: 6, IntervalUnit: 'HOURS', Times: ['00:00'] },
      RetainRule: { Count: 12 },
      CopyTags: restore,
    });
    expect(details.Schedules?.[0]?.CreateRule).not.toHaveProperty('Scripts');
    expect(details.Schedules?.[0]?.FastRestoreRule !== undefined).toBe(restore);
    expect(details.TargetTags).toEqual(target ? from.PolicyDetails?.TargetTags : TargetTags);
    expect(details.ResourceTypes).toEqual(['INSTANCE']);
  });

  test('that replaces them must hold everything that a policy needs', async () => {
    const policy = await withPolicy(from, { lifecycleMerge: 'replace' });
    expect(await outcomeOf(policy.update({ PolicyDetails: update }))).toBe('InvalidRequestException');
  });

  test('must hold Parameters for a policy that was made or edited in the console', async () => {
    const { region, id, update: send } = await withPolicy(from);
    const details = schedules(from, { RetainRule: { Count: 3 } });
    await send({ PolicyDetails: details });
    region.editLifecyclePolicy(id, { description: 'by hand' });
    const error: unknown = await send({ PolicyDetails: details }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'InvalidRequestException', RequiredParameters: ['Parameters'] });
    await send({ PolicyDetails: { ...details, Parameters: {} } });
  });
});

describe('limits', () => {
  test('one Region holds so many policies, the deleted not counted', async () => {
    const { region, id } = await withPolicy(setPolicy(), { maxLifecyclePolicies: 2 });
    const create = (): Promise<unknown> => region.dlm.send(new CreateLifecyclePolicyCommand(volumePolicy()));
    await create();
    await expect(create()).rejects.toMatchObject({
      name: 'LimitExceededException',
      $metadata: { httpStatusCode: 429 },
      ResourceType: 'Policy',
    });
    await region.dlm.send(new DeleteLifecyclePolicyCommand({ PolicyId: id }));
    await create();
    expect(region.lifecyclePolicies()).toHaveLength(2);
  });

  test('there is one default policy of each kind', async () => {
    const { region } = await withPolicy(defaultPolicy('VOLUME'));
    const create = (kind: 'VOLUME' | 'INSTANCE'): Promise<unknown> =>
      region.dlm.send(new CreateLifecyclePolicyCommand(defaultPolicy(kind)));
    expect(await outcomeOf(create('INSTANCE'))).toBe('ok');
    // The real code is not known.
    expect(await outcomeOf(create('VOLUME'))).toMatch(/^Client\.Opaque/);
  });
});

describe('tags', () => {
  test('are added, replaced and removed', async () => {
    const { region, id } = await withPolicy({ ...setPolicy(), Tags: { a: '1', b: '2' } });
    const ResourceArn = `arn:aws:dlm:ap-northeast-2:111122223333:policy/${id}`;
    await region.dlm.send(new TagResourceCommand({ ResourceArn, Tags: { b: '3', c: '4' } }));
    await region.dlm.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a', 'none'] }));
    const { Tags } = await region.dlm.send(new ListTagsForResourceCommand({ ResourceArn }));
    expect(Tags).toEqual({ b: '3', c: '4' });
  });

  test.each<[name: string, tag: Record<string, string>, arn: string | undefined, error: string]>([
    ['of AWS', { 'aws:a': '1' }, undefined, 'InvalidRequestException'],
    ['with a space', { 'a b': '1' }, undefined, 'InvalidRequestException'],
    ['with a value of 257 characters', { a: 'x'.repeat(257) }, undefined, 'InvalidRequestException'],
    ['none at all', {}, undefined, 'InvalidRequestException'],
    [
      'of another Region',
      { a: '1' },
      'arn:aws:dlm:eu-west-1:111122223333:policy/',
      'ResourceNotFoundException',
    ],
    [
      'of something else',
      { a: '1' },
      'arn:aws:ec2:eu-west-1:111122223333:volume/',
      'InvalidRequestException',
    ],
  ])('are refused: %s', async (_name, Tags, arn, error) => {
    const { region, id, truth } = await withPolicy(setPolicy());
    const ResourceArn = `${arn ?? 'arn:aws:dlm:ap-northeast-2:111122223333:policy/'}${id}`;
    expect(await outcomeOf(region.dlm.send(new TagResourceCommand({ ResourceArn, Tags })))).toBe(error);
    expect(truth().tags).toEqual({});
  });
});

test('a policy made by hand is as one made by the API, and breaks as it does', () => {
  const { region } = newPlace();
  const id = region.createLifecyclePolicy(volumePolicy());
  expect(region.lifecyclePolicies()).toMatchObject([{ id, state: 'ENABLED', defaultPolicy: undefined }]);
  expect(() => region.createLifecyclePolicy({ ...volumePolicy(), Description: '' })).toThrow(
    /Description is ""/,
  );
  region.editLifecyclePolicy(id, { details: { TargetTags: [{ Key: 'Other', Value: 'x' }] } });
  expect(region.lifecyclePolicies()).toMatchObject([
    { details: { TargetTags: [{ Key: 'Other', Value: 'x' }], Schedules: [{ Name: 'base' }] } },
  ]);
  region.deleteLifecyclePolicyByHand(id);
  expect(() => region.deleteLifecyclePolicyByHand(id)).toThrow(/do not exist/);
});

describe('faults', () => {
  const create = (region: SimulatedRegion): Promise<unknown> =>
    region.dlm.send(new CreateLifecyclePolicyCommand(setPolicy()));

  test('a throttled call is LimitExceededException, without the type of a quota', async () => {
    const { region } = newPlace();
    region.faults = onNth(1, { kind: 'throttle' });
    const error: unknown = await create(region).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'LimitExceededException', $metadata: { httpStatusCode: 429 } });
    expect(error).toHaveProperty('ResourceType', undefined);
    expect(region.lifecyclePolicies()).toEqual([]);
  });

  test('a failure of the service is InternalServerException, before or after it took the call', async () => {
    const { region } = newPlace();
    region.faults = ({ n }) => ({ kind: 'unavailable', accepted: n === 2 });
    for (const made of [0, 1]) {
      await expect(create(region)).rejects.toMatchObject({
        name: 'InternalServerException',
        $fault: 'server',
        $metadata: { httpStatusCode: 500 },
      });
      expect(region.lifecyclePolicies()).toHaveLength(made);
    }
  });

  test('a lost answer leaves the policy', async () => {
    const { region } = newPlace();
    region.faults = onNth(1, { kind: 'lost-answer' });
    expect(await outcomeOf(create(region))).toBe('TimeoutError');
    expect(region.lifecyclePolicies()).toHaveLength(1);
  });

  test('a parameter that DLM does not have is a misuse', async () => {
    const { region } = newPlace();
    const request = setPolicy({}, { CreateRule: { Interval: 1, ...{ CronExpresion: 'cron(0 3 * * ? *)' } } });
    await expect(region.dlm.send(new CreateLifecyclePolicyCommand(request))).rejects.toThrow(
      /does not know the parameter CreateLifecyclePolicy\.PolicyDetails\.Schedules\[0\]\.CreateRule\.CronExpresion/,
    );
  });
});
