/** The backups that remain of a deployment, with what they cost and the commands that remove them. */

import { formatMinute } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import {
  awsCommand,
  deleteSnapshotCommand,
  deregisterCommand,
  tagCommand,
  untagCommand,
  type CliCommand,
} from './cli-command.ts';
import type { Backup } from './handover-backups.ts';
import type { HandoverFacts, HandoverGroup, HandoverItem, InBin } from './handover-shapes.ts';
import { MARK, REHEARSAL } from './marks.ts';
import { compareText } from './order.ts';
import { shownName } from './shown-name.ts';
import { NOTHING_STORED, plusStored, type StoredBytes } from './snapshot-prices.ts';

const KEEP =
  'left alone, they are billed on and can be restored from: nobody deletes them any more. ec2-backup restore works without the stack, for as long as there is the policy file; their tags say what they are of, so leave those on';

export function imagesGroup(facts: HandoverFacts): HandoverGroup {
  const backups = goes(facts).filter(({ kind, isByDlm }) => kind === 'image' && !isByDlm);
  return removable(facts, backups, { kind: 'images', title: 'AMIs, with their snapshots', keep: KEEP });
}

export function snapshotsGroup(facts: HandoverFacts): HandoverGroup {
  const backups = goes(facts).filter(({ kind, isByDlm }) => kind === 'snapshot' && !isByDlm);
  return removable(facts, backups, { kind: 'snapshots', title: 'Snapshots of no AMI', keep: KEEP });
}

export function madeByDlmGroup(facts: HandoverFacts): HandoverGroup {
  const backups = goes(facts).filter(({ isByDlm }) => isByDlm);
  return removable(facts, backups, {
    kind: 'made-by-dlm',
    title: "Made by the deployment's lifecycle policies",
    keep: 'left alone, DLM deletes them as long as their lifecycle policy is there; afterwards nobody does, and no list tells any more that they were of this deployment. Estimated as if nothing else were stored of their volumes',
  });
}

function goes({ backups }: HandoverFacts): Backup[] {
  return backups.filter(({ reasons }) => reasons.length === 0);
}

function removable(
  facts: HandoverFacts,
  backups: readonly Backup[],
  said: Pick<HandoverGroup, 'kind' | 'title' | 'keep'>,
): HandoverGroup {
  const { place, stored } = facts;
  return {
    ...said,
    items: backupItems(backups, facts),
    stored: storedIn(backups, stored),
    remove: inOrder(backups).map((backup) => removeCommand(backup, place)),
    lift: [],
  };
}

/** Those of one source together, the newest first. */
function inOrder(backups: readonly Backup[]): Backup[] {
  return [...backups].sort(
    (a, b) =>
      compareText(a.source ?? '', b.source ?? '') ||
      compareText(b.slot ?? '', a.slot ?? '') ||
      compareText(a.id, b.id),
  );
}

function backupItems(backups: readonly Backup[], { instances, volumes }: HandoverFacts): HandoverItem[] {
  const names = new Map([...instances, ...volumes].map(({ id, tags }) => [id, shownName(tags)]));
  return inOrder(backups).map(({ id, policy, source, slot, snapshots, reasons }) => {
    const name = source === undefined ? undefined : names.get(source);
    const called = name ? ` (${name})` : '';
    const of = source === undefined ? '' : ` of ${source}${called}`;
    const made = slot === undefined ? '' : `, ${slot}`;
    return { id, what: `${policy ?? '(no policy)'}${of}${made}`, parts: snapshots, reasons };
  });
}

function storedIn(backups: readonly Backup[], stored: HandoverFacts['stored']): StoredBytes {
  return backups
    .flatMap(({ id, snapshots }) => [id, ...snapshots])
    .reduce((sum, id) => plusStored(sum, stored.get(id) ?? NOTHING_STORED), NOTHING_STORED);
}

/** What no command here removes: the commands take an obstacle away where somebody has put it there, and remove nothing. */
export function staysGroup(facts: HandoverFacts): HandoverGroup {
  const { place, stored, backups } = facts;
  const stays = backups.filter(({ reasons }) => reasons.length > 0);
  return {
    kind: 'stays',
    title: 'Cannot go yet',
    items: [...backupItems(stays, facts), ...suspicious(facts)],
    stored: storedIn(stays, stored),
    remove: [],
    keep: 'they stay, and are billed on. Once the reason is gone, handover shows the command. What has its tags again is looked after again where the stack still runs: its policy may delete it',
    lift: stays.flatMap((backup) => liftCommands(backup, place)),
    byHand: stays
      .filter(({ spoilt }) => spoilt?.isOnlyReason && spoilt.tags.length === 0)
      .map((backup) => removeCommand(backup, place)),
  };
}

function removeCommand({ id, kind }: Backup, place: Place): CliCommand {
  return kind === 'image' ? deregisterCommand(place, id) : deleteSnapshotCommand(place, id);
}

function liftCommands({ id, held, isProtected, spoilt }: Backup, place: Place): CliCommand[] {
  return [
    ...(spoilt && spoilt.tags.length > 0 ? [tagCommand(place, spoilt.ids, spoilt.tags)] : []),
    ...held.map((part) => untagCommand(place, [part.id], [part.key])),
    ...(isProtected
      ? [awsCommand(place, 'ec2', 'disable-image-deregistration-protection', ['--image-id', id])]
      : []),
  ];
}

/** Tags are copied by whoever launches "more like this": what has only those is not taken for a rehearsal's. */
function suspicious({ temporary, instances, volumes, owner, backups }: HandoverFacts): HandoverItem[] {
  const own = new Set(temporary.instances);
  const isBackup = new Set(backups.map(({ id }) => id));
  const parts = new Set(
    instances.filter(({ id }) => own.has(id)).flatMap((one) => one.volumes.map(({ volumeId }) => volumeId)),
  );
  const isMarked = ({ id, tags }: { id: string; tags: HandoverFacts['volumes'][number]['tags'] }): boolean =>
    tags.get(MARK.deployment) === owner.deployment &&
    !own.has(id) &&
    !parts.has(id) &&
    !temporary.unreadable.includes(id);
  const alive = instances.filter(({ state }) => state !== 'terminated' && state !== 'shutting-down');
  const marked = [...alive, ...volumes].filter(isMarked);
  return [
    ...temporary.unreadable
      .filter((id) => !isBackup.has(id))
      .map((id) => ({
        id,
        what: "marked as a rehearsal's",
        parts: [],
        reasons: [`its tag ${REHEARSAL.key} cannot be read`],
      })),
    ...marked.map(({ id }) => ({
      id,
      what: 'carries tags of this deployment',
      parts: [],
      reasons: ["nothing tells that a rehearsal made it: it may be somebody's, with copied tags"],
    })),
  ];
}

export function binGroup({ binned = [], place }: HandoverFacts): HandoverGroup {
  // An AMI can be had back only once its snapshots are there.
  const outOf = (kind: InBin['kind'], ids: readonly string[]): CliCommand[] =>
    ids.map((id) => awsCommand(place, 'ec2', `restore-${kind}-from-recycle-bin`, [`--${kind}-id`, id]));
  const images = binned.filter(({ kind }) => kind === 'image');
  const snapshots = binned.filter(({ kind }) => kind === 'snapshot');
  return {
    kind: 'recycle-bin',
    title: 'In the Recycle Bin',
    items: binned.map(({ id, name, parts, until }) => ({
      id,
      what: name,
      parts,
      reasons: [`gone ${until === undefined ? 'when its time is over' : formatMinute(until)}`],
    })),
    remove: [],
    keep: 'nobody can delete them earlier, and they are billed until then; EC2 does not say how large they are. What is removed from now on goes there too where the account has a rule. What the commands bring back is kept as any backup, until it is removed',
    lift: [],
    keeping: [
      ...outOf('snapshot', [...images.flatMap(({ parts }) => parts), ...snapshots.map(({ id }) => id)]),
      ...outOf(
        'image',
        images.map(({ id }) => id),
      ),
    ],
  };
}
