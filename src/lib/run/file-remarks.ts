import { isKnownRegion, nearestRegion } from '../aws/regions.ts';
import type { Warning } from '../plan/actions.ts';
import type { PolicyFile } from '../policy/policy.ts';

/** What may be a slip of the pen and is no mistake for certain. */
export function fileRemarks(file: PolicyFile): Warning[] {
  return [...regionRemarks(file), ...keyRemarks(file)];
}

/** A key of a third account: of the copy's, or of the only account that backups are made in, it would be expected. */
function keyRemarks({ policies, targets }: PolicyFile): Warning[] {
  const sources = new Set(targets.filter(({ copiesOnly }) => !copiesOnly).map(({ account }) => account));
  const [only] = sources.size === 1 ? sources : [];
  return policies.flatMap(({ name, copies }) =>
    copies.flatMap(({ account = only, key }) => {
      const owner = key?.split(':')[4];
      if (key === undefined || account === undefined || owner === account) return [];
      const reason = `key ${key} is of account ${owner ?? '?'}, and the copies are made in ${account}: its policy must let that account's replicate role use it`;
      return [{ id: name, reason }];
    }),
  );
}

/** Regions of the file that this version of the SDK does not know: a slip of the pen, or newer than the SDK. */
function regionRemarks(file: PolicyFile): Warning[] {
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
