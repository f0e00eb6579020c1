/** The words of a report that HTML and Markdown share. */

import type { CellKind, PolicyRow, RowStanding } from './report-shapes.ts';
import { printable } from './text.ts';

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
  retired: 'retired',
  'not in file': 'not in the policy file: kept for ever',
};

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
