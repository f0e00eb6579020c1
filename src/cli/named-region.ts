import { isKnownRegion } from '../lib/aws/regions.ts';
import { ConfigurationError } from '../lib/run/errors.ts';

/** @throws ConfigurationError for a Region that the SDK does not know; `whence` says who named it */
export function refuseUnknownRegion(region: string, whence: string): void {
  if (isKnownRegion(region)) return;
  throw new ConfigurationError(
    `${whence} is ${JSON.stringify(region)}, which the AWS SDK does not know; expected a Region code such as ap-northeast-2`,
  );
}
