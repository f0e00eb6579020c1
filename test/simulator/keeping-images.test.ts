import {
  DeregisterImageCommand,
  DeleteSnapshotCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  DisableImageCommand,
  DisableImageDeprecationCommand,
  DisableImageDeregistrationProtectionCommand,
  EnableImageCommand,
  EnableImageDeprecationCommand,
  EnableImageDeregistrationProtectionCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotTierCommand,
  type Image,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { DAY, HOUR, MINUTE, newPlace, OPAQUE, outcomeOf, present, START, type TestPlace } from './support.ts';

interface Kept extends TestPlace {
  readonly id: string;
}

/** An available image. */
function imaged(settings: Partial<SimulatorSettings> = {}): Kept {
  const place = newPlace(settings);
  const id = place.region.registerImage({ name: 'a' });
  // Reads that lag have seen it.
  place.clock.advance(HOUR);
  return { ...place, id };
}

const NOW = START + HOUR;

/** The account's own images as a list shows them. */
async function listed(region: SimulatedRegion, IncludeDisabled?: boolean): Promise<Image[]> {
  const { Images = [] } = await region.ec2.send(
    new DescribeImagesCommand({
      Owners: ['self'],
      ...(IncludeDisabled !== undefined && { IncludeDisabled }),
    }),
  );
  return Images;
}

const deregister = ({ region, id: ImageId }: Kept): Promise<string> =>
  outcomeOf(region.ec2.send(new DeregisterImageCommand({ ImageId })));

describe('deregistration protection', () => {
  const protect = ({ region, id: ImageId }: Kept, WithCooldown?: boolean): Promise<string> => {
    const input = { ImageId, ...(WithCooldown !== undefined && { WithCooldown }) };
    return outcomeOf(region.ec2.send(new EnableImageDeregistrationProtectionCommand(input)));
  };
  const unprotect = ({ region, id: ImageId }: Kept): Promise<string> =>
    outcomeOf(region.ec2.send(new DisableImageDeregistrationProtectionCommand({ ImageId })));

  async function protectionOf({ region, id: ImageId }: Kept): Promise<unknown> {
    const Attribute = 'deregistrationProtection' as const;
    const command = new DescribeImageAttributeCommand({ ImageId, Attribute });
    const { DeregistrationProtection } = await region.ec2.send(command);
    const [image] = await listed(region);
    expect(image?.DeregistrationProtection).toBe(DeregistrationProtection?.Value);
    return DeregistrationProtection?.Value;
  }

  test('holds until it is taken away', async () => {
    const kept = imaged();
    expect(await protectionOf(kept)).toBe('disabled');
    expect(await protect(kept)).toBe('ok');
    expect(await protectionOf(kept)).toBe('enabled-without-cooldown');
    kept.clock.advance(365 * DAY);
    expect(await deregister(kept)).toMatch(OPAQUE);
    expect(await unprotect(kept)).toBe('ok');
    expect(await protectionOf(kept)).toBe('disabled');
    expect(await deregister(kept)).toBe('ok');
  });

  test('with a cooldown holds for 24 hours more, however often it is taken away', async () => {
    const kept = imaged();
    expect(await protect(kept, true)).toBe('ok');
    expect(await unprotect(kept)).toBe('ok');
    kept.clock.advance(DAY - 1);
    expect(await unprotect(kept)).toBe('ok');
    expect(await protectionOf(kept)).toBe('enabled-with-cooldown');
    expect(await deregister(kept)).toMatch(OPAQUE);
    kept.clock.advance(1);
    expect(await protectionOf(kept)).toBe('disabled');
    expect(await deregister(kept)).toBe('ok');
  });

  test('may be said again: in another mode, or during the cooldown', async () => {
    const kept = imaged();
    expect(await protect(kept, false)).toBe('ok');
    expect(await protect(kept, true)).toBe('ok');
    expect(await protectionOf(kept)).toBe('enabled-with-cooldown');
    expect(await unprotect(kept)).toBe('ok');
    expect(await protect(kept, true)).toBe('ok');
    kept.clock.advance(2 * DAY);
    expect(await deregister(kept)).toMatch(OPAQUE);
  });

  test('says true as a text, also where there is nothing to take away', async () => {
    const { region, id: ImageId } = imaged();
    const off = await region.ec2.send(new DisableImageDeregistrationProtectionCommand({ ImageId }));
    const on = await region.ec2.send(new EnableImageDeregistrationProtectionCommand({ ImageId }));
    expect([off.Return, on.Return]).toEqual(['true', 'true']);
  });

  test('shows in lists after the lag of reads, but is in force at once', async () => {
    const kept = imaged({ readLag: 2 * MINUTE });
    expect(await protect(kept)).toBe('ok');
    expect(await protectionOf(kept)).toBe('disabled');
    expect(await deregister(kept)).toMatch(OPAQUE);
    kept.clock.advance(2 * MINUTE);
    expect(await protectionOf(kept)).toBe('enabled-without-cooldown');
  });

  test('is refused of the image of another account, and of none', async () => {
    const { region } = newPlace();
    const id = region.registerImage({ name: 'golden', ownerId: '444455556666' });
    const kept = { ...newPlace(), region, id };
    expect(await protect(kept)).toBe('AuthFailure');
    expect(await unprotect(kept)).toBe('AuthFailure');
    expect(await protect({ ...kept, id: 'ami-0123456789abcdef0' })).toBe('InvalidAMIID.NotFound');
  });
});

describe('deprecation', () => {
  const deprecate = ({ region, id: ImageId }: Kept, at: number): Promise<string> =>
    outcomeOf(region.ec2.send(new EnableImageDeprecationCommand({ ImageId, DeprecateAt: new Date(at) })));

  test.each([
    [29_999, 0],
    [30_000, MINUTE],
  ])('of %d ms past the minute is at the nearest one', async (past, rounded) => {
    const kept = imaged();
    expect(await deprecate(kept, NOW + DAY + past)).toBe('ok');
    const time = new Date(NOW + DAY + rounded).toISOString();
    expect((await listed(kept.region))[0]?.DeprecationTime).toBe(time);
    expect(kept.region.images()[0]?.deprecatedAt).toBe(NOW + DAY + rounded);
  });

  test('can be changed and cancelled, also when there is none, and hides nothing from the owner', async () => {
    const kept = imaged();
    const cancel = new DisableImageDeprecationCommand({ ImageId: kept.id });
    expect(await deprecate(kept, NOW + DAY)).toBe('ok');
    expect(await deprecate(kept, NOW + 2 * DAY)).toBe('ok');
    kept.clock.advance(3 * DAY);
    const [image] = await listed(kept.region);
    expect(image).toMatchObject({
      State: 'available',
      DeprecationTime: new Date(NOW + 2 * DAY).toISOString(),
    });
    for (let time = 0; time < 2; time += 1) {
      expect((await kept.region.ec2.send(cancel)).Return).toBe(true);
      expect((await listed(kept.region))[0]?.DeprecationTime).toBeUndefined();
    }
  });

  test('is refused in the past and over ten years away', async () => {
    const kept = imaged();
    const tenYears = Date.UTC(2036, 10, 22, 1);
    expect(await deprecate(kept, NOW - 1)).toBe('InvalidParameterValue');
    expect(await deprecate(kept, tenYears + 1)).toBe('InvalidParameterValue');
    expect(await deprecate(kept, NaN)).toBe('InvalidParameterValue');
    expect(kept.region.images()[0]?.deprecatedAt).toBeUndefined();
    expect(await deprecate(kept, NOW)).toBe('ok');
    expect(await deprecate(kept, tenYears)).toBe('ok');
  });

  test('shows after the lag of reads', async () => {
    const kept = imaged({ readLag: 2 * MINUTE });
    expect(await deprecate(kept, NOW + DAY)).toBe('ok');
    expect((await listed(kept.region))[0]?.DeprecationTime).toBeUndefined();
    kept.clock.advance(2 * MINUTE);
    expect((await listed(kept.region))[0]?.DeprecationTime).toBeDefined();
  });
});

describe('a disabled image', () => {
  const disable = ({ region, id: ImageId }: Kept): Promise<string> =>
    outcomeOf(region.ec2.send(new DisableImageCommand({ ImageId })));
  const enable = ({ region, id: ImageId }: Kept): Promise<string> =>
    outcomeOf(region.ec2.send(new EnableImageCommand({ ImageId })));
  const share = ({ region, id: ImageId }: Kept): Promise<string> => {
    const LaunchPermission = { Add: [{ UserId: '444455556666' }] };
    return outcomeOf(region.ec2.send(new ModifyImageAttributeCommand({ ImageId, LaunchPermission })));
  };

  test('is listed only when it is asked for, and again when it is enabled', async () => {
    const kept = imaged();
    expect(await disable(kept)).toBe('ok');
    expect(await listed(kept.region)).toEqual([]);
    expect(await listed(kept.region, true)).toMatchObject([{ ImageId: kept.id, State: 'disabled' }]);
    expect(await enable(kept)).toBe('ok');
    expect(await listed(kept.region)).toMatchObject([{ ImageId: kept.id, State: 'available' }]);
  });

  test('loses its launch permissions for good, and cannot be shared', async () => {
    const kept = imaged();
    expect(await share(kept)).toBe('ok');
    expect(await disable(kept)).toBe('ok');
    expect(await share(kept)).toMatch(OPAQUE);
    expect(await enable(kept)).toBe('ok');
    expect(kept.region.images()[0]?.sharedWith).toEqual([]);
    expect(await share(kept)).toBe('ok');
  });

  test('still uses its snapshots, and can be deregistered', async () => {
    const kept = imaged();
    expect(await disable(kept)).toBe('ok');
    const SnapshotId = present(kept.region.snapshots()[0]).id;
    const remove = new DeleteSnapshotCommand({ SnapshotId });
    expect(await outcomeOf(kept.region.ec2.send(remove))).toBe('InvalidSnapshot.InUse');
    expect(await deregister(kept)).toBe('ok');
    expect(await outcomeOf(kept.region.ec2.send(remove))).toBe('ok');
  });

  test('is not enabled while one of its snapshots is archived', async () => {
    const kept = imaged();
    expect(await disable(kept)).toBe('ok');
    const SnapshotId = present(kept.region.snapshots()[0]).id;
    await kept.region.ec2.send(new ModifySnapshotTierCommand({ SnapshotId, StorageTier: 'archive' }));
    expect(await enable(kept)).toMatch(OPAQUE);
    kept.clock.advance(DAY);
    expect(await enable(kept)).toMatch(OPAQUE);
    expect(kept.region.images()[0]?.state).toBe('disabled');
  });

  test('shows as such after the lag of reads', async () => {
    const kept = imaged({ readLag: 2 * MINUTE });
    expect(await disable(kept)).toBe('ok');
    expect(await listed(kept.region)).toMatchObject([{ State: 'available' }]);
    kept.clock.advance(2 * MINUTE);
    expect(await listed(kept.region)).toEqual([]);
  });

  test('is neither disabled nor made of one that is not available', async () => {
    const kept = imaged();
    expect(await enable(kept)).toMatch(OPAQUE);
    expect(await disable(kept)).toBe('ok');
    expect(await disable(kept)).toMatch(OPAQUE);
    kept.region.enableImage(kept.id);
    kept.region.failImage(kept.id);
    expect(await disable(kept)).toMatch(OPAQUE);
    expect(await enable(kept)).toMatch(OPAQUE);
    const strange = kept.region.registerImage({ name: 'golden', ownerId: '444455556666' });
    expect(await disable({ ...kept, id: strange })).toBe('AuthFailure');
    expect(await enable({ ...kept, id: strange })).toBe('AuthFailure');
  });

  test('is not disabled or protected by a dry run', async () => {
    const { region, id: ImageId } = imaged();
    const DryRun = true;
    const outcomes = [
      await outcomeOf(region.ec2.send(new DisableImageCommand({ ImageId, DryRun }))),
      await outcomeOf(region.ec2.send(new EnableImageDeregistrationProtectionCommand({ ImageId, DryRun }))),
    ];
    expect(outcomes).toEqual(['DryRunOperation', 'DryRunOperation']);
    expect(region.images()).toMatchObject([{ state: 'available', isProtected: false }]);
  });
});
