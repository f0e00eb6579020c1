/** The words of a report that HTML and Markdown share. */

import type { CellKind, PolicyRow, ReportModel, RowStanding } from './report-shapes.ts';
import { plural, printable } from './text.ts';

const LONGEST = 300;

/** Text of others, made printable and cut: what it is of must never make a page large. */
export function shorten(text: string, longest = LONGEST): string {
  const characters = Array.from(printable(text));
  return characters.length <= longest ? characters.join('') : `${characters.slice(0, longest - 1).join('')}…`;
}

export const STANDING_WORDS: Readonly<Record<RowStanding, string>> = {
  never: 'never backed up',
  stale: 'stale',
  pending: 'first backup being made',
  new: 'first backup not due yet',
  fresh: 'as promised',
  resting: 'not backed up any more',
  gone: 'source gone',
  copies: 'copies',
};

/** The worst first: in this order rows are shown. */
export const STANDINGS: readonly RowStanding[] = [
  'never',
  'stale',
  'pending',
  'new',
  'fresh',
  'copies',
  'resting',
  'gone',
];

/** A mark beside the colour, and what it means. */
export const CELL_WORDS: Readonly<Record<CellKind, { readonly mark: string; readonly means: string }>> = {
  good: { mark: '✓', means: 'good backup' },
  pending: { mark: '…', means: 'being made' },
  failed: { mark: '✗', means: 'failed' },
  odd: { mark: '?', means: 'disabled or taken apart' },
  missed: { mark: '!', means: 'missing, though due and still to be kept' },
  unkept: { mark: '–', means: 'none, and no rule would keep one' },
  open: { mark: '○', means: 'not over yet' },
  none: { mark: '·', means: 'nothing was due, or older than the oldest backup' },
};

export const RUNS_WORDS: Readonly<Record<PolicyRow['runs'], string>> = {
  lambda: 'runs',
  dlm: 'run by DLM, which is not measured here',
  'copies only': 'copies only: makes none here',
  retired: 'retired',
  'not in file': 'not in the policy file: kept for ever',
};

/** What follows the number of sources that are backed up. */
export function leftText({ leftToDlm }: Pick<ReportModel['summary'], 'leftToDlm'>): string {
  return leftToDlm > 0 ? `, ${plural(leftToDlm, 'more source')} left to DLM` : '';
}

/** Where there is neither a source nor a point. */
export function noRowsText({ summary: { leftToDlm, notCounted }, backsUp }: ReportModel): string {
  if (!backsUp) return 'Only copies are made here, and there is none.';
  if (leftToDlm === 0 && notCounted === undefined)
    return 'No source asks for a backup, and there is no recovery point.';
  const asks =
    leftToDlm === 0 ? 'No source asks for a backup' : 'Every source that asks for a backup is left to DLM';
  return [`${asks}, and ec2-backup itself has made no recovery point.`, notCounted ?? ''].join(' ').trim();
}

export function nothingStoredText({ notCounted }: Pick<ReportModel['summary'], 'notCounted'>): string {
  return notCounted === undefined
    ? 'Nothing is stored: no recovery points.'
    : `Nothing is stored that ec2-backup itself has made: no recovery points. ${notCounted}`;
}

/** Of what DLM makes it is not known how much there is. */
export function pointsText({ runs, points }: Pick<PolicyRow, 'runs' | 'points'>): string {
  if (runs !== 'dlm') return String(points);
  return points === 0 ? 'not counted' : `${points}, and what DLM made`;
}

/** Longer ones are sentences, and no name of a lane. */
const LONGEST_LANE = 18;

/** The rule that a reason speaks of, without its count: the lane of a timeline that a point is drawn in. */
export function ruleOf(reason: string): string {
  const counted = /^(?:oldest )?(last|hourly|daily|weekly|monthly|yearly)(?: (?:\d+\/\d+|all))?$/.exec(
    reason,
  )?.[1];
  if (counted !== undefined) return counted;
  const timed = /^(?:oldest )?((?:hourly |daily |weekly |monthly |yearly )?within) /.exec(reason)?.[1];
  if (timed !== undefined) return timed;
  if (reason.startsWith('last good of ')) return 'last good';
  const [short = ''] = reason.split(':');
  return short !== '' && short.length <= LONGEST_LANE ? short : 'another reason';
}
