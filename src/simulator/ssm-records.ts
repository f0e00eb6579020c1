import type { GuestRun } from './ssm-guests.ts';
import type { VssRun } from './ssm-vss.ts';

/** A command that Systems Manager was given for one instance. */
export interface CommandRecord {
  readonly id: string;
  readonly instanceId: string;
  readonly document: string;
  readonly comment: string;
  readonly parameters: Record<string, string[]>;
  /** s. */
  readonly timeout: number;
  readonly sentAt: number;
  readonly endsAt: number;
  /** Where it has not ended by then, Systems Manager says that its delivery timed out, and never anything else. */
  readonly expiresAt?: number;
  /** When its first step of two ended, which installs. */
  readonly installedAt?: number;
  readonly exitCode: number;
  readonly output: string;
  /** Of a document that freezes or thaws. */
  readonly hook?: GuestRun;
  /** Of a document that makes the snapshots itself. */
  readonly vss?: VssRun;
  /** It ends so, without having run. */
  readonly undelivered?: 'Delivery Timed Out' | 'Undeliverable';
}
