/** A handover as text: what there is, what it costs, and commands to copy. */

import { commandLine, type CliCommand } from '../plan/cli-command.ts';
import { ESTIMATE_WORDS } from '../plan/cost-estimate.ts';
import type { Handover, HandoverGroup, HandoverItem } from '../plan/handover-shapes.ts';
import { storedInAll } from '../plan/handover.ts';
import { formatPlace } from '../run/place.ts';
import type { StoredBytes } from '../plan/snapshot-prices.ts';
import { priceIn, priceNote } from '../plan/snapshot-prices.ts';
import { storedText } from './cost-text.ts';
import { plural, printable, table, type Paint } from './text.ts';

const ORDER_WORDS =
  'Beside each group stands what its removal takes off the bill once the groups above it are removed: a block that a group below refers to as well is billed on until that goes too.';

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
    ...(groups.some(({ frees }) => frees) ? [ORDER_WORDS] : []),
    ...ESTIMATE_WORDS,
    priceNote(place.region),
    'The queues, alarms, metrics, logs and schedules of the stack are billed besides, and so is what is in the Recycle Bin.',
    ...where,
    'The commands of one group alone, such as images: ec2-backup handover --json | jq -r \'.groups[] | select(.kind == "images").remove[]\'',
    'This is a list: nothing is changed.',
  ];
}

function groupText(group: HandoverGroup, handover: Handover, paint: Paint): string[] {
  const { title, items, frees, remove, keep, keeping = [], lift, byHand = [] } = group;
  const cost = frees ? `: ${costOf(frees.inOrder, handover)} a month` : '';
  return [
    paint.bold(`${title} (${items.length})${cost}`),
    ...(frees && remove.length > 0 ? aloneText(frees, handover) : []),
    ...table(items.map(cellsOf)),
    ...commandsText(removeWords(group), remove),
    ...commandsText('to take the obstacle away', lift),
    ...commandsText(BY_HAND, byHand),
    `  keep: ${keep}.`,
    ...commandsText('to keep it', keeping),
  ];
}

const BY_HAND =
  'WARNING, only after a look at each: nobody can tell what these are, maybe the only backup there is. Deletes them for good';

function commandsText(words: string, commands: readonly CliCommand[]): string[] {
  return commands.length === 0 ? [] : [`  ${words}:`, ...commands.map(lineOf)];
}

/** Blocks that it shares with what is above it are freed by whichever goes last. */
function aloneText(
  { inOrder, alone }: NonNullable<HandoverGroup['frees']>,
  handover: Handover,
): readonly string[] {
  const [after, only] = [inOrder, alone].map((stored) => costOf(stored, handover));
  return after === only ? [] : [`  Removed without what is above, it takes ${only} off the bill.`];
}

/** What is stored in a group are backups. */
function removeWords({ stored }: HandoverGroup): string {
  return stored ? 'remove, which deletes backups for good' : 'remove';
}

function lineOf(command: CliCommand): string {
  return `    ${printable(commandLine(command))}`;
}

function cellsOf({ id, what, parts, reasons }: HandoverItem): string[] {
  const more = parts.length === 0 ? '' : `with ${plural(parts.length, 'snapshot')}: ${parts.join(', ')}`;
  return [id, what, more, reasons.join('; ')].map(printable);
}

function costOf(stored: StoredBytes, { place }: Handover): string {
  return storedText({ stored }, priceIn(place.region));
}
