/** What goes wrong in the world of a seed, and how its calls behave. Nothing goes wrong once there is peace. */

import type { SimulatedClock } from '../../src/simulator/clock.ts';
import type { Fault, FaultPlan } from '../../src/simulator/faults.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { NO_TROUBLE, type StackTrouble } from '../../src/simulator/stack-trouble.ts';
import { DAY, HOUR, MINUTE } from '../support/scenario.ts';
import { AWAY, HOME } from './deployment.ts';
import { Random } from './random.ts';

const SECOND = 1000;

/** How often things go wrong: shares of all calls, or of all deliveries. */
interface Rates {
  readonly die: number;
  readonly lostAnswer: number;
  readonly unavailable: number;
  readonly throttle: number;
  readonly failsLater: number;
  readonly lostDeletion: number;
}

const USUAL: Rates = {
  die: 0.0008,
  lostAnswer: 0.0015,
  unavailable: 0.0015,
  throttle: 0.003,
  failsLater: 0.006,
  lostDeletion: 0.02,
};

/** A time in which a place cannot be worked in. */
export interface Outage {
  readonly place: string;
  /** Its role cannot be taken on, or EC2 answers nothing but errors there, or all that is refused is to copy, or to protect and to freeze. */
  readonly kind: 'role' | 'ec2' | 'copies' | 'words';
  readonly from: number;
  readonly to: number;
}

export interface Troubles {
  readonly settings: Partial<SimulatorSettings>;
  /** Of the functions, in seconds: the less they have, the more rounds. */
  readonly timeout: number;
  /** Of EC2's quotas, in percent. */
  readonly share: number;
  /** When the rules are made stricter. */
  readonly editedAt: number;
  readonly outages: readonly Outage[];
  readonly stack: (clock: SimulatedClock) => StackTrouble;
  /** One line that tells it. */
  readonly text: string;
}

export interface Span {
  readonly start: number;
  /** From then on nothing goes wrong. */
  readonly peace: number;
}

/**
 * What differs with the size: seconds of a function, of which six minutes are kept for settling and sending on; and how rough
 * it gets, as the rates are of calls and a run of many sources has thirty times as many.
 */
const SIZES = {
  usual: { timeouts: [450, 600, 900], roughness: [0.2, 1, 1, 3] },
  large: { timeouts: [900, 900, 900], roughness: [0.02, 0.1, 0.1, 0.3] },
} as const;

export function troublesOf(seed: number, span: Span, size: keyof typeof SIZES): Troubles {
  const random = new Random(seed, 'troubles');
  const roughness = random.pick(SIZES[size].roughness);
  const rates = Object.fromEntries(
    Object.entries(USUAL).map(([name, rate]: [string, number]) => [name, rate * roughness]),
  ) as unknown as Rates;
  const settings = settingsOf(seed, random);
  const outages = outagesOf(random, span);
  const limits = new Random(seed, 'limits');
  const timeout = limits.pick(SIZES[size].timeouts);
  const share = limits.pick([100, 100, 40, 10]);
  const editedAt = span.start + limits.upTo(span.peace - span.start);
  return {
    settings,
    outages,
    timeout,
    share,
    editedAt,
    stack: (clock) => stackTrouble(seed, rates, { clock, peace: span.peace }),
    text: [
      `trouble x${roughness}`,
      `reads ${(settings.readLag ?? 0) / SECOND} s late`,
      `calls ${settings.latency ?? 0} ms`,
      `functions of ${timeout} s`,
      `${share} % of the quotas`,
      ...outages.map(({ place, kind, from, to }) => {
        const day = Math.floor((from - span.start) / DAY);
        return `${kind} of ${place} out on day ${day} for ${Math.round((to - from) / HOUR)} h`;
      }),
    ].join(', '),
  };
}

function settingsOf(seed: number, random: Random): Partial<SimulatorSettings> {
  const duration = durationOf(new Random(seed, 'durations'));
  return {
    keepCalls: false,
    pageSize: random.pick([60, 200, 1000, 1000]),
    emptyPages: random.chance(0.2),
    ...lagOf(random.pick([0, 20 * SECOND, 2 * MINUTE, 5 * MINUTE - 1])),
    latency: random.pick([0, 0, 400, 2 * SECOND]),
    imageDuration: duration,
    snapshotDuration: duration,
    copyDuration: durationOf(new Random(seed, 'copying')),
  };
}

/** Who sees at once what is being copied keeps to EC2's bound although nobody else does. */
function lagOf(readLag: number): Partial<SimulatorSettings> {
  return { readLag, maxSnapshotCopies: readLag === 0 ? Infinity : 20 };
}

function durationOf(random: Random): () => number {
  return () => (random.chance(0.05) ? random.upTo(2 * HOUR) : MINUTE + random.upTo(10 * MINUTE));
}

function outagesOf(random: Random, { start, peace }: Span): Outage[] {
  return Array.from({ length: random.whole(0, 2) }, () => {
    const from = start + DAY + random.upTo(Math.max(0, peace - start - 6 * DAY));
    const isAway = random.chance(0.6);
    const { account, region } = isAway ? AWAY : HOME;
    return {
      place: `${account}/${region}`,
      kind: isAway && random.chance(0.5) ? ('role' as const) : ('ec2' as const),
      from,
      to: from + DAY / 4 + random.upTo(4 * DAY),
    };
  });
}

/** In seeds that copy nothing is copied for some days, and what is to be copied must wait. */
export function copyOutage(seed: number, { start, peace }: Span): Outage {
  const random = new Random(seed, 'no copies');
  const from = start + DAY + random.upTo((peace - start) / 3);
  return { place: 'everywhere', kind: 'copies', from, to: from + DAY / 2 + random.upTo(6 * DAY) };
}

/** In seeds that protect or freeze neither is permitted for some days, somewhere: what is to be done must wait. */
export function denial(seed: number, { start, peace }: Span): Outage {
  const random = new Random(seed, 'denied');
  const from = start + random.upTo(peace - start);
  const { account, region } = random.pick([HOME, AWAY]);
  const to = Math.min(from + random.upTo(3 * DAY), peace);
  return { place: `${account}/${region}`, kind: 'words', from, to };
}

interface Until {
  readonly clock: SimulatedClock;
  readonly peace: number;
}

function stackTrouble(seed: number, rates: Rates, { clock, peace }: Until): StackTrouble {
  const random = new Random(seed, 'stack');
  const isPeace = (): boolean => clock.now() >= peace;
  return {
    deliveries: (id, at) => (isPeace() ? NO_TROUBLE.deliveries(id, at) : deliveries(random)),
    pickUpDelay: () => {
      if (isPeace()) return 0;
      return random.chance(0.02) ? random.upTo(30 * MINUTE) : random.upTo(10 * SECOND);
    },
    losesDeletion: () => !isPeace() && random.chance(rates.lostDeletion),
    faults: () => callFaults(random, rates, isPeace),
  };
}

function deliveries(random: Random): readonly number[] {
  const luck = random.next();
  if (luck < 0.004) return [];
  if (luck < 0.05) return [random.upTo(MINUTE), random.upTo(40 * MINUTE)];
  return luck < 0.1 ? [random.upTo(3 * HOUR)] : [random.upTo(20 * SECOND)];
}

/** Of one invocation. */
function callFaults(random: Random, rates: Rates, isPeace: () => boolean): FaultPlan {
  const kinds = faultKinds(rates);
  const all = kinds.reduce((sum, [rate]) => sum + rate, 0);
  return ({ command }) => {
    if (isPeace() || !random.chance(all)) return undefined;
    let left = random.upTo(all);
    const found = kinds.find(([rate]) => (left -= rate) < 0);
    const fault = found?.[1](random);
    if (fault?.kind !== 'fails-later') return fault;
    // Only what creates something can let it fail later.
    return /^(?:Create(?:Image|Snapshot)|Copy|RunInstances)/.test(command) ? fault : undefined;
  };
}

function faultKinds(rates: Rates): readonly (readonly [rate: number, make: (random: Random) => Fault])[] {
  return [
    [rates.die, (random) => ({ kind: 'die', when: random.chance(0.5) ? 'before' : 'after' })],
    [rates.lostAnswer, () => ({ kind: 'lost-answer' })],
    [rates.unavailable, (random) => ({ kind: 'unavailable', accepted: random.chance(0.5) })],
    [rates.throttle, () => ({ kind: 'throttle' })],
    [rates.failsLater, () => ({ kind: 'fails-later', reason: 'Internal error' })],
  ];
}

/** What every call of a place meets while it is out. */
export function outageFaults(place: string, outages: readonly Outage[], clock: SimulatedClock): FaultPlan {
  const roles = outages.filter(({ kind }) => kind === 'role');
  const copies = outages.filter(({ kind }) => kind === 'copies');
  const ofKind = (kind: Outage['kind']): Outage[] =>
    outages.filter((outage) => outage.kind === kind && outage.place === place);
  const [here, denied] = [ofKind('ec2'), ofKind('words')];
  const isOut = (list: readonly Outage[]): boolean => {
    const now = clock.now();
    return list.some(({ from, to }) => now >= from && now < to);
  };
  return ({ command }) => {
    // Only the other account has a role to take on.
    if (command === 'AssumeRole') return isOut(roles) ? DENIED : undefined;
    if (command.startsWith('Copy') && isOut(copies)) return FORBIDDEN;
    if (WORDS.test(command) && isOut(denied)) return FORBIDDEN;
    return EC2.test(command) && isOut(here) ? DOWN : undefined;
  };
}

const EC2 =
  /^(Describe|List|Create(Image|Snapshot|Tags|SecurityG)|Deregister|DeleteS|Copy|Modify|Lock|Enable|Disable|RegisterI|RunI|TerminateI|AuthorizeS|RevokeS)/;
const WORDS = /^(?:Lock|Enable|Disable|ModifySnapshotTier|SendCommand)/;
const DENIED: Fault = { kind: 'error', name: 'AccessDenied', status: 403 };
const FORBIDDEN: Fault = { kind: 'error', name: 'UnauthorizedOperation', status: 403 };
const DOWN: Fault = { kind: 'unavailable', accepted: false };
