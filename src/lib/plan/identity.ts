import { formatCompact } from '../policy/instant.ts';

/** What makes a backup the same backup, whoever makes it and however often. */
export interface BackupIdentity {
  readonly policy: string;
  readonly source: string;
  /** The slot, in ms since the epoch. */
  readonly slot: number;
}

/**
 * `<deployment>/<policy>/<source>/<slot as 20261122T180000Z>`: an AMI's name, a snapshot set's description.
 * Safe characters and at most 127, so that the name alone makes a second CreateImage of a slot fail.
 */
export function backupName(deployment: string, { policy, source, slot }: BackupIdentity): string {
  return `${deployment}/${policy}/${source}/${formatCompact(slot)}`;
}

/** One string an identity, for use as a map's key. */
export function identityKey({ policy, source, slot }: BackupIdentity): string {
  return `${policy} ${source} ${slot}`;
}
