import type {
  DisableImageDeprecationRequest,
  DisableImageDeprecationResult,
  EnableImageDeprecationRequest,
  EnableImageDeprecationResult,
} from '@aws-sdk/client-ec2';
import { MINUTE } from './clock.ts';
import { invalidValue, missingParameter } from './errors.ts';
import { setDeprecation } from './protections.ts';
import { findOwnImage } from './remove.ts';
import type { Command } from './world.ts';

const MOST_YEARS = 10;

/** Rounded to the nearest minute. Saying it again changes the time. */
export const enableImageDeprecation: Command<EnableImageDeprecationRequest, EnableImageDeprecationResult> = {
  parameters: { ImageId: true, DeprecateAt: true, DryRun: true },
  run(world, input) {
    const image = findOwnImage(world, input.ImageId);
    if (input.DeprecateAt === undefined) throw missingParameter('DeprecateAt');
    const now = world.now();
    const at = input.DeprecateAt.getTime();
    if (!(at >= now)) throw invalidValue('DeprecateAt is in the past.');
    if (at > new Date(now).setUTCFullYear(new Date(now).getUTCFullYear() + MOST_YEARS))
      throw invalidValue(`DeprecateAt is over ${MOST_YEARS} years away.`);
    setDeprecation(image, Math.round(at / MINUTE) * MINUTE, now);
    return { Return: true };
  },
};

/** Also of an image that is not to be deprecated. */
export const disableImageDeprecation: Command<DisableImageDeprecationRequest, DisableImageDeprecationResult> =
  {
    parameters: { ImageId: true, DryRun: true },
    run(world, input) {
      setDeprecation(findOwnImage(world, input.ImageId), undefined, world.now());
      return { Return: true };
    },
  };
