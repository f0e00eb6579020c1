/** A handover as text: what there is, what it costs, and commands to copy. */

import { commandLine } from '../plan/cli-command.ts';
import { ESTIMATE_WORDS } from '../plan/cost-estimate.ts';
import type { Handover, HandoverGroup, HandoverItem } from '../plan/handover-shapes.ts';
import { storedInAll } from '../plan/handover.ts';
import { formatPlace } from '../run/place.ts';
import type { StoredBytes } from '../plan/snapshot-prices.ts';
import { priceIn, priceNote } from '../plan/snapshot-prices.ts';
import { storedText } from './cost-text.ts';
import { plural, printable, table, type Paint } from './text.ts';

export function handoverText(handover: Handover, paint: Paint): string[] {
  const { groups, place, deployment, elsewhere } = handover;
  const where = elsewhere.map(
    ({ account, region }) =>
      `Not looked at: account ${account}, Region ${region}. With its credentials: ec2-backup handover --region ${region}`,
  );
  if (groups.length === 0)
    return [
      `Nothing of deployment ${deployment} is left in ${formatPlace(place)}.`,
      'Other Regions and accounts have each to be asked: --region, or the credentials of the other account.',
      ...where,
    ].map(printable);
  return [
    ...groups.flatMap((group) => [...groupText(group, handover, paint), '']),
    `${paint.bold('All of it, a month:')} ${costOf(storedInAll(handover), handover)}`,
    ...ESTIMATE_WORDS,
    priceNote(place.region),
    'The queues, alarms, metrics, logs and schedules of the stack are billed besides, and so is what is in the Recycle Bin.',
    ...where,
    'This is a list: nothing is changed.',
  ];
}

function groupText(group: HandoverGroup, handover: Handover, paint: Paint): string[] {
  const { title, items, stored, remove, keep, lift } = group;
  const cost = stored ? `: ${costOf(stored, handover)} a month` : '';
  return [
    paint.bold(`${title} (${items.length})${cost}`),
    ...table(items.map(cellsOf)),
    ...(remove.length === 0 ? [] : [`  ${removeWords(group)}:`, ...remove.map(lineOf)]),
    ...(lift.length === 0 ? [] : ['  to take the obstacle away:', ...lift.map(lineOf)]),
    `  keep: ${keep}.`,
  ];
}

/** What is stored in a group are backups. */
function removeWords({ stored }: HandoverGroup): string {
  return stored ? 'remove, which deletes backups for good' : 'remove';
}

function lineOf(command: readonly string[]): string {
  return `    ${printable(commandLine(command))}`;
}

function cellsOf({ id, what, parts, reasons }: HandoverItem): string[] {
  const more = parts.length === 0 ? '' : `with ${plural(parts.length, 'snapshot')}: ${parts.join(', ')}`;
  return [id, what, more, reasons.join('; ')].map(printable);
}

function costOf(stored: StoredBytes, { place }: Handover): string {
  return storedText({ stored }, priceIn(place.region));
}
