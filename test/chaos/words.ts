/** The words that protect, and the hooks, that the policies of some seeds have: at first, and after each edit. */

import { DAY } from '../support/scenario.ts';
import { AWAY, HOME } from './deployment.ts';
import { Random } from './random.ts';
import type { Span } from './trouble.ts';

export type Name = 'nightly' | 'sets' | 'disks';

/** What a policy says besides, in YAML's flow style; empty for nothing. */
export type Texts = Readonly<Record<Name, string>>;

export interface Phase {
  /** ms since the epoch. */
  readonly from: number;
  readonly words: Texts;
}

export interface Wording {
  /** At least one of them asks for `protect`: with its last word its schedule would go. Oldest first. */
  readonly phases: readonly [Phase, ...Phase[]];
  /** Policies that keep some of what they make long enough for the archive. */
  readonly archives: ReadonlySet<Name>;
  /** One line that tells it. */
  readonly text: string;
}

export interface Hooking {
  readonly hooks: Texts;
  readonly of: ReadonlySet<Name>;
  /** Whether who cannot be told is not backed up. */
  readonly skips: boolean;
  readonly text: string;
}

/** Shares of the seeds; of those that protect, some go on for long enough for the archive to be paid for. */
const PROTECTED = 1 / 3;
const LONG = 1 / 24;
/** Of those that protect; each of its runs looks at the coming 90 days. */
const ARCHIVED = 1 / 4;
const HOOKED = 1 / 5;

/** Accounts of no target, that nothing is copied to. */
const FRIENDS = ['222233334444', '333344445555'] as const;
const NAMES: readonly Name[] = ['nightly', 'sets', 'disks'];
export const DOCUMENT = 'db-freeze';

/** Whether the seed protects, and if so, whether it is a long one. */
export function protectingOf(seed: number): 'usual' | 'long' | undefined {
  const random = new Random(seed, 'protect');
  if (!random.chance(PROTECTED)) return undefined;
  return random.chance(LONG) ? 'long' : 'usual';
}

export function wordingOf(seed: number, { start, peace }: Span, isLong: boolean): Wording {
  const random = new Random(seed, 'words');
  const edits = Array.from({ length: random.whole(0, 3) }, () => start + random.upTo(peace - start));
  const archived = random.pick<Name>(['sets', 'disks']);
  const archives = new Set(isLong || random.chance(ARCHIVED) ? [archived] : []);
  const phaseFrom = (from: number): Phase => ({ from, words: textsOf(random, archives) });
  const phases = [phaseFrom(start - DAY), ...edits.sort((a, b) => a - b).map(phaseFrom)] as const;
  const text = phases.map(({ from, words }) => {
    const told = NAMES.flatMap((name) => (words[name] === '' ? [] : [`${name} ${words[name]}`]));
    return `from day ${Math.max(0, Math.floor((from - start) / DAY))} ${told.join('; ')}`;
  });
  return { phases: [phases[0], ...phases.slice(1)], archives, text: text.join(', ') };
}

function textsOf(random: Random, archives: ReadonlySet<Name>): Texts {
  const nightly = imageWords(random);
  const [sets, disks] = (['sets', 'disks'] as const).map((name) => [
    ...common(random),
    ...(archives.has(name) && random.chance(0.7) ? [`archiveAfter: ${random.pick(['1d', '2d', '4d'])}`] : []),
  ]);
  const all = [...nightly, ...(sets ?? []), ...(disks ?? [])];
  const isIdle = all.every((word) => word === 'protect: false');
  return {
    nightly: [...nightly, ...(isIdle ? ['removal: { disableFor: 6h }'] : [])].join(', '),
    sets: (sets ?? []).join(', '),
    disks: (disks ?? []).join(', '),
  };
}

function imageWords(random: Random): string[] {
  const disableFor = random.pick(['1h', '6h', '1d', '2d', '2d']);
  return [
    ...common(random),
    ...(random.chance(0.5) ? [`protect: ${random.pick(['true', 'true', 'false'])}`] : []),
    ...(random.chance(0.4) ? [`deprecateAfter: ${random.pick(['1h', '1d', '2d'])}`] : []),
    ...(random.chance(0.7) ? [`removal: { disableFor: ${disableFor} }`] : []),
  ];
}

function common(random: Random): string[] {
  const length = random.pick(['2d', '2d', '3d', '4d', '7d']);
  const lock = random.chance(0.5)
    ? `lock: { mode: governance, for: ${length} }`
    : `lock: { mode: compliance, for: ${length}${random.pick(['', ', coolOff: 1h', ', coolOff: 24h'])} }`;
  const accounts = random.pick([
    [],
    [FRIENDS[0]],
    [FRIENDS[0], FRIENDS[1]],
    [AWAY.account],
    [HOME.account, FRIENDS[1]],
  ]);
  return [
    ...(random.chance(0.4) ? [lock] : []),
    ...(random.chance(0.4) ? [`share: [${accounts.map((one) => `"${one}"`).join(', ')}]`] : []),
  ];
}

export function hookingOf(seed: number): Hooking | undefined {
  const random = new Random(seed, 'hooks');
  if (!random.chance(HOOKED)) return undefined;
  const names = random.pick<readonly Name[]>([['nightly'], ['sets'], ['nightly', 'sets']]);
  const timeout = random.pick([10, 30, 60]);
  const onFailure = random.pick(['skip', 'crash-consistent', 'crash-consistent']);
  const text = `hooks: { document: ${DOCUMENT}, timeout: ${timeout}, onFailure: ${onFailure} }`;
  const of = new Set(names);
  const ofName = (name: Name): string => (of.has(name) ? text : '');
  const hooks = { nightly: ofName('nightly'), sets: ofName('sets'), disks: '' };
  return { hooks, of, skips: onFailure === 'skip', text: `${names.join(' and ')} with ${text}` };
}
