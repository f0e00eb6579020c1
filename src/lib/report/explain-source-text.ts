/** Of `explain`, the part that tells of instances and volumes. */

import type { Copied, Made, Selected, SourceStory, WithInstance } from '../plan/explain-source.ts';
import { formatMinute } from '../policy/instant.ts';
import { formatPlace } from '../run/place.ts';
import type { Told } from './explain-text.ts';
import { capped, cut, formatAge, plural, printable, type Paint } from './text.ts';

const MAX_LINES = 40;

export function sourceText(story: SourceStory, told: Told): string[] {
  const { paint } = told;
  const { problems, backedUpBy, notBackedUpBy, leftOut, leftovers, copies, withInstance, restoredFrom } =
    story;
  const not = notBackedUpBy.map(({ policy, why }) => printable(`  ${policy}: ${why}`));
  return [
    ...titleText(story, told),
    ...problems.map((problem) => paint.bad(printable(`  ${problem}`))),
    ...(restoredFrom === undefined
      ? []
      : [
          paint.warn(
            printable(
              `  It was restored from ${restoredFrom} and not adopted: no selector takes it. A restore with --adopt takes the original's place.`,
            ),
          ),
        ]),
    ...(withInstance ? [withInstanceText(withInstance, story.excludeTag, paint)] : []),
    ...(leftOut.length > 0
      ? [
          paint.warn(
            printable(`  Left out of its backups by the tag ${story.excludeTag}: ${leftOut.join(', ')}`),
          ),
        ]
      : []),
    ...backedUpBy.flatMap((selected) => selectedText(selected, told)),
    ...(not.length > 0 ? ['', paint.bold('Not by'), ...capped(not, MAX_LINES)] : []),
    ...madeText(leftovers, told),
    ...copiesText(copies, told),
  ];
}

function titleText(story: SourceStory, { place, paint }: Told): string[] {
  const { id, kind, state, name, backedUpBy, backsUp, withInstance, copies } = story;
  const named = name === undefined || name === '' ? '' : ` ${JSON.stringify(cut(name))}`;
  const what = printable(`${id}${named}`);
  const [copy] = copies;
  if (state === undefined && copy)
    return [
      paint.bold(
        `There is no ${kind} ${id} in ${formatPlace(place)}: it is or was in ${formatPlace(copy.from)}, and copies of its backups are here.`,
      ),
      '  Whether it is backed up is told there: ask with --region and the credentials of that place.',
    ];
  if (state === undefined)
    return [paint.bold(`There is no ${kind} ${id} in ${formatPlace(place)} any more: it is not backed up.`)];
  if (!backsUp) return [paint.bold(`${what} (${state}) is not backed up: this place only takes copies.`)];
  if (backedUpBy.length > 0) {
    const policies = backedUpBy.map(({ policy }) => policy).join(', ');
    const [verb, rest, colour] = verdictOf(backedUpBy, paint);
    return [paint.bold(colour(`${what} (${state}) ${verb} by ${policies}${rest}.`))];
  }
  const isPart = withInstance && !withInstance.isExcluded && withInstance.policies.length > 0;
  const itself = isPart ? 'is backed up with its instance, and by no policy of its own' : 'is not backed up';
  return [(isPart ? paint.bold : paint.bad)(`${what} (${state}) ${itself}.`)];
}

const ASKS = 'asks to be backed up';

/** The worst of its policies, in words before and after their names. */
function verdictOf(selected: readonly Selected[], paint: Paint): [verb: string, rest: string, Paint['good']] {
  const stands = (...standings: Selected['standing'][]): boolean =>
    selected.some(({ standing }) => standing !== undefined && standings.includes(standing));
  if (selected.some(({ obstacle }) => obstacle !== undefined))
    return [ASKS, ', and now cannot be', paint.bad];
  if (stands('never', 'stale')) return [ASKS, ', but lacks the good backup that is due', paint.bad];
  if (stands('new', 'pending')) return [ASKS, ', and waits for its first backup', paint.warn];
  return ['is backed up', '', paint.good];
}

function withInstanceText(
  { instance, device, policies, isExcluded }: WithInstance,
  excludeTag: string,
  paint: Paint,
): string {
  const where = printable(`  It is attached to ${instance} as ${device}`);
  if (isExcluded)
    return paint.warn(`${where}, and its tag ${printable(excludeTag)} leaves it out of the backups of that.`);
  if (policies.length === 0) return `${where}, which no policy backs up.`;
  return `${where}, and backed up with it by ${policies.join(', ')}.`;
}

function selectedText(selected: Selected, { now, paint }: Told): string[] {
  const { policy, engine, by, points, good, standing, due, next, obstacle } = selected;
  const tags = by.length === 0 ? '' : `, by ${by.join(', ')}`;
  const has = `${plural(points, 'recovery point')} here`;
  if (engine === 'dlm') {
    const own = points === 0 ? '' : ` ${has} by this product itself.`;
    return ['', paint.bold(printable(`${policy}${tags}`)), `  Amazon DLM makes its backups.${own}`];
  }
  const newest =
    good === undefined
      ? 'none is good yet'
      : `the newest good one is ${formatAge(now - good)} old (${formatMinute(good)})`;
  const promise =
    due === undefined
      ? 'nothing is due yet'
      : `by now there must be one of ${formatMinute(due)} or later, so at most ${formatAge(now - due)} old`;
  return [
    '',
    paint.bold(printable(`${policy}${tags}`)),
    ...(obstacle === undefined ? [] : [paint.bad(printable(`  Cannot be backed up now: ${obstacle}`))]),
    `  ${has}; ${newest}; ${promise}`,
    `  ${standingText(standing, paint)}`,
    next === undefined
      ? '  no slot comes any more'
      : `  next slot ${formatMinute(next)}, in ${formatAge(next - now)}`,
  ];
}

function standingText(standing: Selected['standing'], paint: Paint): string {
  switch (standing) {
    case 'fresh':
      return paint.good('backed up as promised');
    case 'stale':
      return paint.bad('stale: no good backup of the slot that is due');
    case 'never':
      return paint.bad('never backed up, and should be');
    case 'pending':
      return paint.warn('its first backup is being made');
    case 'new':
    case undefined:
      return paint.warn('new: its first backup is not due yet');
  }
}

function madeText(made: readonly Made[], { now, paint }: Told): string[] {
  if (made.length === 0) return [];
  const lines = made.map((one) => madeLine(one, 'recovery point', now));
  return ['', paint.bold('Made before, by policies that do not take it now'), ...capped(lines, MAX_LINES)];
}

function copiesText(copies: readonly Copied[], { now, paint }: Told): string[] {
  if (copies.length === 0) return [];
  const lines = copies.map((one) => `${madeLine(one, 'copied point', now)}, from ${formatPlace(one.from)}`);
  return ['', paint.bold('Copies of what was made elsewhere'), ...capped(lines, MAX_LINES)];
}

function madeLine({ policy, points, good }: Made, what: string, now: number): string {
  const newest =
    good === undefined ? 'none of them good' : `the newest good one ${formatAge(now - good)} old`;
  return printable(`  ${policy}: ${plural(points, what)} here, ${newest}`);
}
