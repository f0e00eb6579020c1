/** What EC2 says when it is asked, by DryRun, whether these credentials may do what the command line does. */

import { sourceKindOf, type BackupKind, type PolicyFile } from '../policy/policy.ts';
import { backupName } from './identity.ts';
import type { Instance, Volume } from './inventory.ts';
import { isAlive } from './doctor-sources.ts';
import { fail, listed, ok, skip, warn, type Check } from './doctor-check.ts';
import { MARK } from './marks.ts';
import type { Tag } from './restore-sheet.ts';
import { readOptIn } from './select-sources.ts';

/** A call that is asked about and never made. */
export type AskedCall =
  | { readonly action: ReadingAction }
  | { readonly action: 'DescribeImageReferences'; readonly image: string }
  | ({ readonly action: CreatingAction; readonly source: string } & CreatingDetails)
  | { readonly action: 'DeregisterImage'; readonly image: string }
  | { readonly action: 'DeleteSnapshot'; readonly snapshot: string }
  | CopyingCall
  | SharingCall;

/** Asked where the copy would be made. */
export interface CopyingCall {
  readonly action: 'CopyImage' | 'CopySnapshot';
  /** The original. */
  readonly id: string;
  /** The Region that it is in. */
  readonly from: string;
  /** An AMI's name. */
  readonly name: string;
  readonly tags: readonly Tag[];
}

/** Asked where the original is. */
export interface SharingCall {
  readonly action: 'ModifyImageAttribute' | 'ModifySnapshotAttribute';
  readonly id: string;
  readonly account: string;
}

interface CreatingDetails {
  /** An AMI's name. */
  readonly name: string;
  /** On what it would make; empty to ask about the call alone. */
  readonly tags: readonly Tag[];
}

/** Lists, which know no resources. */
const READING = [
  'DescribeInstances',
  'DescribeVolumes',
  'DescribeImages',
  'DescribeSnapshots',
  'DescribeLockedSnapshots',
  'ListImagesInRecycleBin',
  'ListSnapshotsInRecycleBin',
] as const;

export type ReadingAction = (typeof READING)[number];
export type CreatingAction = 'CreateImage' | 'CreateSnapshots' | 'CreateSnapshot';
type Action = AskedCall['action'];

const CREATING: Record<BackupKind, CreatingAction> = {
  image: 'CreateImage',
  snapshots: 'CreateSnapshots',
  volume: 'CreateSnapshot',
};

/** What of the place the questions are about: EC2 judges these calls by the very thing they would touch. */
export interface Touchable {
  readonly instances: readonly Instance[];
  readonly volumes: readonly Volume[];
  /** An AMI and a snapshot of this deployment, where there is one. */
  readonly image?: string | undefined;
  readonly snapshot?: string | undefined;
}

export interface Questions {
  readonly calls: readonly AskedCall[];
  /** Those that cannot be asked, and why. */
  readonly unasked: readonly { readonly action: Action; readonly reason: string }[];
}

/** `now` in ms. */
export function questionsOf(file: PolicyFile, place: Touchable, now: number): Questions {
  const calls: AskedCall[] = READING.map((action) => ({ action }));
  const unasked: { action: Action; reason: string }[] = [];
  for (const kind of new Set(file.policies.map(({ backup }) => backup))) {
    const call = creatingCall(kind, file, place, now);
    if (call) calls.push(call);
    else unasked.push({ action: CREATING[kind], reason: 'no source carries the tag yet' });
  }
  const { image, snapshot } = place;
  if (image === undefined) {
    const reason = 'there is no AMI of this deployment yet';
    unasked.push({ action: 'DescribeImageReferences', reason }, { action: 'DeregisterImage', reason });
  } else calls.push({ action: 'DescribeImageReferences', image }, { action: 'DeregisterImage', image });
  if (snapshot === undefined)
    unasked.push({ action: 'DeleteSnapshot', reason: 'there is no snapshot of this deployment yet' });
  else calls.push({ action: 'DeleteSnapshot', snapshot });
  return { calls, unasked };
}

function creatingCall(
  kind: BackupKind,
  file: PolicyFile,
  { instances, volumes }: Touchable,
  now: number,
): AskedCall | undefined {
  const sourceKind = sourceKindOf(kind);
  const candidates = sourceKind === 'instance' ? instances.filter(isAlive) : volumes;
  for (const { name: policy } of file.policies.filter(({ backup }) => backup === kind)) {
    const found = candidates.find((source) => readOptIn(source, sourceKind, file).policies.includes(policy));
    if (!found) continue;
    const source = found.id;
    const tags = [
      { key: MARK.deployment, value: file.deployment },
      { key: MARK.policy, value: policy },
    ];
    return {
      action: CREATING[kind],
      source,
      tags,
      name: backupName(file.deployment, { policy, source, slot: now }),
    };
  }
  return undefined;
}

/** How EC2 answered one question. */
export interface CallAnswer {
  readonly action: Action;
  readonly answer: 'allowed' | 'denied' | 'unclear';
  /** Allowed but for the tags, which are authorised as ec2:CreateTags. */
  readonly onlyTags?: boolean;
  /** EC2's own words, unless it is allowed. */
  readonly says?: string;
}

/** `caller` is an ARN. */
export function permissionChecks(
  answers: readonly CallAnswer[],
  unasked: Questions['unasked'],
  caller: string,
): Check[] {
  const name = 'permissions';
  const allowed = answers.filter(({ answer }) => answer === 'allowed').map(({ action }) => action);
  return [
    ...(allowed.length === 0 ? [] : [ok(name, `allowed by EC2's DryRun: ${allowed.join(', ')}`)]),
    ...answers.flatMap((one) => (one.answer === 'allowed' ? [] : [notAllowed(one, caller)])),
    ...byReason(unasked).map(([reason, actions]) =>
      skip(name, `${listed(actions.map(permissionOf))} not checked: ${reason}`),
    ),
  ];
}

function notAllowed({ action, answer, onlyTags, says = '' }: CallAnswer, caller: string): Check {
  const permission = permissionOf(action);
  if (answer === 'unclear')
    return warn('permissions', `${permission} could not be checked: EC2 answers ${says}`);
  const what = onlyTags
    ? `ec2:CreateTags is denied when ${action} makes something, and every backup is tagged as it is made`
    : `${permission} is denied`;
  return fail('permissions', `${what} (${says}): allow it to ${caller} to use the command line here`);
}

export function permissionOf(action: Action): string {
  return `ec2:${action}`;
}

function byReason(unasked: Questions['unasked']): [reason: string, actions: Action[]][] {
  const reasons = new Map<string, Action[]>();
  for (const { action, reason } of unasked) reasons.set(reason, [...(reasons.get(reason) ?? []), action]);
  return [...reasons];
}
