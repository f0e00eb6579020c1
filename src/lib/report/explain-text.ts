/** `explain` for people. */

import type { PointStory, Until } from '../plan/explain-point.ts';
import { binnedText } from '../plan/binned.ts';
import { refusalOf } from '../plan/plan-prune.ts';
import type { RecoveryPoint } from '../plan/recovery-points.ts';
import { formatInstant, formatMinute } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import { formatPlace } from '../run/place.ts';
import type { Explanation } from '../run/explain.ts';
import { sourceText } from './explain-source-text.ts';
import { reasonSentence } from './reason-words.ts';
import { cut, formatAge, plural, printable, type Paint } from './text.ts';

export interface Told {
  readonly now: number;
  readonly place: Place;
  readonly deployment: string;
  readonly paint: Paint;
}

export function explanationText(explanation: Explanation, told: Told): string[] {
  switch (explanation.is) {
    case 'point':
      return pointText(explanation.story, told);
    case 'source':
      return sourceText(explanation.story, told);
    case 'foreign':
      return foreignText(explanation, told);
    case 'in the Recycle Bin': {
      const { binned } = explanation;
      const name = binned.name === '' ? [] : [printable(`  It was called ${binned.name}.`)];
      return [binnedText(binned, told.place.region), ...name];
    }
    case 'unknown': {
      const { id, unread } = explanation;
      const bin =
        unread === undefined ? [] : [`The Recycle Bin, where it may be, could not be read: ${unread}`];
      return [unknownText(id, told), ...bin];
    }
  }
}

function foreignText(
  { id, belonging, mappedBy, images, unread }: Extract<Explanation, { is: 'foreign' }>,
  { paint, deployment }: Told,
): string[] {
  return [
    paint.bold(`${id} is no recovery point of deployment ${deployment}.`),
    printable(`  ${belonging.text}`),
    ...(unread === undefined
      ? []
      : [
          paint.warn(
            printable(
              `  For which policy of the file that is could not be asked: DLM did not answer (${unread}).`,
            ),
          ),
        ]),
    ...mappedBy.map(
      (image) => `  The recovery point ${image} of this deployment needs it, and is kept for that.`,
    ),
    ...images.map(
      (image) => `  The AMI ${image} maps it: EC2 does not let it be deleted while that is there.`,
    ),
    `  ${belonging.whose === 'this deployment' ? 'As it is' : 'As it is not ours'}, it is never pruned.`,
  ];
}

function unknownText(id: string, { place, deployment }: Told): string {
  const what = id.startsWith('ami-') ? 'AMI' : id.startsWith('snap-') ? 'snapshot' : undefined;
  const where = formatPlace(place);
  if (what !== undefined)
    return `There is no ${what} ${id} in ${where}: it is deleted, in another account or Region, or mistyped.`;
  const source = id.startsWith('vol-') ? 'volume' : 'instance';
  return (
    `There is no ${source} ${id} in ${where}, and no recovery point of it by deployment ${deployment}: ` +
    'it is gone, in another account or Region, or mistyped.'
  );
}

function pointText(story: PointStory, told: Told): string[] {
  const { verdict } = story.entry;
  const { paint } = told;
  const isKept = verdict.decision === 'keep';
  const verb = isKept ? paint.good('kept') : paint.bad('pruned');
  const because = verdict.reasons.map((reason) => reasonLine(reason));
  const others = story.pins.filter((pin) => !verdict.reasons.includes(pin));
  return [
    ...identityText(story, told),
    '',
    `Today it is ${verb}:`,
    ...because,
    ...cureText(story),
    '',
    ...untilText(story, paint),
    ...(others.length > 0
      ? ['', 'Besides, whatever its policy says, it is not deleted now:', ...others.map(reasonLine)]
      : []),
    ...story.failures.map((failure) => paint.warn(printable(`  ${failure}`))),
  ];
}

/** What somebody can do about what only a person decides. */
function cureText({ entry: { point, verdict }, pins, holdTag, deletions }: PointStory): string[] {
  const isRefused = verdict.reasons.some((reason) => refusalOf(reason) !== undefined);
  const isHeld = [...verdict.reasons, ...pins].some((reason) => reason.startsWith('held: '));
  const parts =
    point.imageId !== undefined
      ? 'it and its snapshots'
      : point.snapshotIds.length === 1
        ? point.id
        : 'its snapshots';
  return [
    ...(isRefused && deletions !== undefined
      ? [
          `  If the prune is right: ec2-backup prune --policy ${printable(point.policy)} --accept ${deletions}`,
        ]
      : []),
    ...(isHeld ? [`  To let go of it: remove the tag ${holdTag} from ${parts}`] : []),
  ];
}

function reasonLine(reason: string): string {
  const sentence = reasonSentence(reason);
  // The sentence holds all of a refusal's reason, which is long.
  const isTold = sentence === reason || refusalOf(reason) !== undefined;
  return printable(isTold ? `  ${sentence}` : `  ${sentence} (${reason})`);
}

function identityText(
  { asked, entry, policyStands, source, archived = [] }: PointStory,
  { now, paint }: Told,
): string[] {
  const { point } = entry;
  const { id, state, detail, copiedFrom, consistency } = point;
  const isPart = asked !== id;
  const good = state === 'good' ? paint.good(state) : paint.warn(state);
  const stands = policyStands === 'runs' ? '' : ` (${policyStands})`;
  return [
    paint.bold(isPart ? partText(asked, point) : contentText(point)),
    `  policy  ${printable(cut(point.policy))}${stands}`,
    `  source  ${printable(cut(point.source))}${SOURCES[source]}`,
    `  slot    ${formatInstant(point.slot)} (${point.slot > now ? 'of the future' : `${formatAge(now - point.slot)} ago`})`,
    `  state   ${good}${detail === undefined ? '' : ` (${printable(detail)})`}`,
    ...(consistency === undefined ? [] : [`  VSS     ${consistency}-consistent`]),
    ...archiveText(point, archived).map(paint.warn),
    ...(copiedFrom
      ? [`  copy    of ${printable(copiedFrom.point)} in ${formatPlace(copiedFrom.place)}`]
      : []),
  ];
}

function partText(asked: string, { id, snapshotIds }: RecoveryPoint): string {
  const part = snapshotIds.length === 1 ? 'the snapshot' : `one of the ${snapshotIds.length} snapshots`;
  return `${asked} is ${part} of the recovery point ${id}: what is true of that is true of it.`;
}

function contentText({ id, kind, imageId, snapshotIds }: RecoveryPoint): string {
  const snapshots = plural(snapshotIds.length, 'snapshot');
  if (kind === 'volume') return `${id} is a recovery point: a snapshot of a volume.`;
  if (kind === 'snapshots') return `${id} is a recovery point: a set of ${snapshots}.`;
  if (imageId !== undefined) return `${id} is a recovery point: an AMI with ${snapshots}.`;
  return `${id} is part of a recovery point whose AMI is not there: ${snapshots}, and nothing to start an instance from.`;
}

/** EC2 reads nothing that is in the archive, and who needs the backup should know before. */
function archiveText({ snapshotIds }: RecoveryPoint, archived: readonly string[]): string[] {
  if (archived.length === 0) return [];
  const which =
    snapshotIds.length === 1
      ? 'its snapshot is'
      : `${archived.length} of its ${snapshotIds.length} snapshots are`;
  return [
    `  archive ${which} in the archive: a restore asks EC2 to bring back what it needs first, which takes up to 72 hours`,
  ];
}

const SOURCES: Readonly<Record<PointStory['source'], string>> = {
  asks: '',
  'asks no more': ', which does not ask for this policy any more',
  gone: ', which is gone',
  elsewhere: '',
};

function untilText(story: PointStory, paint: Paint): string[] {
  const { until, disableFor } = story;
  const lines = untilLines(until, story);
  const later =
    disableFor !== undefined && until.kind === 'until' && until.reasons.length > 0
      ? [`  Its AMI is disabled then, and deregistered ${formatAge(disableFor)} later.`]
      : [];
  return [paint.bold('Until when'), ...lines, ...later];
}

function untilLines(until: Until, { source, policyStands }: PointStory): string[] {
  switch (until.kind) {
    case 'goes':
      return [
        until.prunedAt === undefined
          ? '  It goes when prune is run.'
          : `  It goes with the next run of prune, ${formatMinute(until.prunedAt)}, unless something turns out to need it.`,
      ];
    case 'stays':
      return [printable(`  It stays until somebody changes that: ${until.because}.`)];
    case 'beyond':
      return [
        `  It is still kept in ${until.days} days, which is as far as was looked${lastReasons(until.reasons)}.`,
      ];
    case 'until': {
      const { prunedAt, slot, reasons } = until;
      const goOn = policyStands === 'runs' && (source === 'asks' || source === 'elsewhere');
      const provided = goOn ? 'If backups go on as scheduled' : 'As no more backups come';
      // What keeps it is none of its rules: the guard, a user, a lock, or that it is disabled first.
      if (reasons.length === 0)
        return ['  No rule keeps it: it goes with the first run of prune after what keeps it has ended.'];
      const why =
        slot === undefined
          ? 'by then its time is over'
          : `the backup of ${formatMinute(slot)} takes its place`;
      return [
        `  ${provided}, the run of prune of ${formatMinute(prunedAt)} lets go of it: ${why}${lastReasons(reasons)}.`,
      ];
    }
  }
}

/** Not those of today, which have been told. */
function lastReasons(reasons: readonly string[]): string {
  return reasons.length === 0 ? '' : `. What keeps it last: ${printable(reasons.join('; '))}`;
}
