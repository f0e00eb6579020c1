/** What a seed is about: how large it is and how long, what its policies say besides, and what goes wrong. */

import { DAY, HOUR } from '../support/scenario.ts';
import { extrasOf, NO_EXTRAS, type Extras } from './policies.ts';
import { copyOutage, denial, troublesOf, type Outage, type Span, type Troubles } from './trouble.ts';
import { hookingOf, protectingOf, wordingOf, type Hooking, type Wording } from './words.ts';

export interface Size {
  readonly sources: number;
  readonly days: number;
}

export const USUAL: Size = { sources: 30, days: 40 };
export const LARGE: Size = { sources: 1000, days: 90 };
/** Of a usual seed that copies or rehearses: a run for every backup that is made reads all that there is. */
const SMALL: Size = { sources: 8, days: 20 };
/** Of one that protects, which reads all that there is every hour; and of some with an archive, which is paid for 90 days. */
const GUARDED: Size = { sources: 6, days: 18 };
const LONG: Size = { sources: 2, days: 120 };

/** Days at the end in which nothing goes wrong. */
const PEACE = 8 * DAY;
/** After the last prune of the last day, whose slots are all over. */
const LAST_HOUR = 7.5 * HOUR;
/** What a function needs, in seconds, to freeze, back up and thaw. */
const LONG_ENOUGH = 900;

export interface Story {
  readonly sources: number;
  readonly span: Span;
  readonly end: number;
  readonly extras: Extras;
  readonly wording: Wording | undefined;
  readonly hooking: Hooking | undefined;
  readonly troubles: Troubles;
  /** Those of the troubles, and those of what the policies say besides. */
  readonly outages: readonly Outage[];
  /** What the policies say besides. */
  readonly told: readonly string[];
}

export function storyOf(seed: number, size: Size, start: number): Story {
  const isLarge = size.sources > USUAL.sources;
  const besides = isLarge ? NOTHING : besidesOf(seed);
  const { extras, hooking } = besides;
  const { sources, days } = sizeOf(size, besides);
  const end = start + days * DAY + LAST_HOUR;
  const span = { start, peace: end - PEACE };
  const troubles = troublesOf(seed, span, isLarge ? 'large' : 'usual');
  const wording = besides.isGuarded ? wordingOf(seed, span, besides.isLong) : undefined;
  return {
    ...{ sources, span, end, extras, wording, hooking },
    troubles: hooking ? { ...troubles, timeout: LONG_ENOUGH } : troubles,
    outages: [
      ...troubles.outages,
      ...(Object.keys(extras.copies).length > 0 ? [copyOutage(seed, span)] : []),
      ...(wording || hooking ? [denial(seed, span)] : []),
    ],
    told: [extras.text, wording?.text ?? '', hooking?.text ?? ''].filter((text) => text !== ''),
  };
}

interface Has {
  readonly extras: Extras;
  readonly isGuarded: boolean;
  readonly isLong: boolean;
  readonly hooking: Hooking | undefined;
}

const NOTHING: Has = { extras: NO_EXTRAS, isGuarded: false, isLong: false, hooking: undefined };

function besidesOf(seed: number): Has {
  const extras = extrasOf(seed);
  const protecting = protectingOf(seed);
  return {
    extras,
    isGuarded: protecting !== undefined,
    isLong: protecting === 'long' && extras === NO_EXTRAS,
    hooking: hookingOf(seed),
  };
}

function sizeOf(size: Size, { extras, isGuarded, isLong, hooking }: Has): Size {
  if (isLong) return LONG;
  if (isGuarded) return GUARDED;
  return extras === NO_EXTRAS && !hooking ? size : SMALL;
}
