import { isKnownRegion, nearestRegion } from '../aws/regions.ts';
import type { Warning } from '../plan/actions.ts';
import type { PolicyFile } from '../policy/policy.ts';

/** Regions of the file that this version of the SDK does not know: a slip of the pen, or newer than the SDK. */
export function regionRemarks(file: PolicyFile): Warning[] {
  const named = [
    ...file.targets.map(({ region }) => ({ id: 'targets', region })),
    ...[...file.policies, ...file.dlmPolicies].flatMap(({ name, copies }) =>
      copies.map(({ region }) => ({ id: name, region })),
    ),
    ...file.defaultPolicies.flatMap(({ kind, copies }) =>
      copies.map((region) => ({ id: `default-${kind}`, region })),
    ),
  ];
  return named
    .filter(({ region }) => !isKnownRegion(region))
    .map(({ id, region }) => ({
      id,
      reason: `Region ${region} is none that the AWS SDK knows: ${question(nearestRegion(region))}`,
    }));
}

function question(near: string | undefined): string {
  return near === undefined ? 'is it right?' : `is it new, or did you mean ${near}?`;
}
