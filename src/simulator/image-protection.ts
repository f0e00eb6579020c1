import type {
  DisableImageDeregistrationProtectionRequest,
  DisableImageDeregistrationProtectionResult,
  EnableImageDeregistrationProtectionRequest,
  EnableImageDeregistrationProtectionResult,
} from '@aws-sdk/client-ec2';
import { setProtection } from './protections.ts';
import { findOwnImage } from './remove.ts';
import type { Command } from './world.ts';

/** "Returns true if the request succeeds", of a member that is a text. */
const DONE = { Return: 'true' };

/** Of an image in any state; saying it again changes the mode. */
export const enableImageDeregistrationProtection: Command<
  EnableImageDeregistrationProtectionRequest,
  EnableImageDeregistrationProtectionResult
> = {
  parameters: { ImageId: true, WithCooldown: true, DryRun: true },
  run(world, input) {
    const image = findOwnImage(world, input.ImageId);
    const mode = input.WithCooldown === true ? 'enabled-with-cooldown' : 'enabled-without-cooldown';
    setProtection(image, { mode, endedAt: undefined }, world.now());
    return DONE;
  },
};

/** With a cooldown, EC2 goes on refusing for 24 hours; saying it again does not make them longer. */
export const disableImageDeregistrationProtection: Command<
  DisableImageDeregistrationProtectionRequest,
  DisableImageDeregistrationProtectionResult
> = {
  parameters: { ImageId: true, DryRun: true },
  run(world, input) {
    const image = findOwnImage(world, input.ImageId);
    const protection = image.protecting?.now();
    if (protection !== undefined && protection.endedAt === undefined)
      setProtection(image, { ...protection, endedAt: world.now() }, world.now());
    return DONE;
  },
};
