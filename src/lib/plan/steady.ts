/** Where the policies lead to: what there is once retention is full and no rule still waits for older points. */

import { keptSpans } from '../policy/kept-spans.ts';
import { parseKeep } from '../policy/keep.ts';
import type { PolicyFile } from '../policy/policy.ts';
import { nextSlot } from '../policy/schedule.ts';
import { comingPoint } from './coming-points.ts';
import { newestOf } from './copy-rules.ts';
import type { OwnedHolding } from './cost-rows.ts';
import { groupBy } from './group-by.ts';
import { mayGo, staysWhole } from './kept-until.ts';
import { horizonDaysOf, rememberedLives, suppliesOf, type Fate, type OutlookInput } from './outlook.ts';
import type { PrunePlan } from './plan-prune.ts';
import { groupKey, type SourceFacts } from './point-verdicts.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import { holdingsAt } from './supplies.ts';
import { untilOfAll, type Until } from './until-of-all.ts';

const DAY = 86_400_000;
/** Ten years: rules that keep for longer are not full by then, and nobody plans so far. */
const MOST_DAYS = 3650;
/** Rules by months and weeks count whole ones, and a prune may come days later. */
const SLACK_DAYS = 35;

export interface Steady {
  readonly days: number;
  readonly held: readonly OwnedHolding[];
  /** Policies that are not full then, or never: the figure is what there is by then. */
  readonly growing: readonly string[];
}

/** After so many days all rules that ever are, are full. */
export function fullAfter(
  file: PolicyFile,
  sources: ReadonlyMap<string, SourceFacts>,
): Pick<Steady, 'days' | 'growing'> {
  const rules = file.policies.flatMap(({ name, schedule, keep, copies }) =>
    [keep, ...copies.map((copy) => copy.keep ?? keep)].map((one) => ({
      name,
      longest: keptSpans(schedule, one).longest / DAY,
    })),
  );
  const days = [...rules.map(({ longest }) => longest), ...overrides(file, sources)];
  const most = Math.max(0, ...days.filter((one) => one <= MOST_DAYS));
  // What is disabled first is there for so much longer.
  const longer = Math.max(0, ...file.policies.map(({ removal }) => removal?.disableFor ?? 0)) / DAY;
  const growing = new Set(rules.filter(({ longest }) => longest > MOST_DAYS).map(({ name }) => name));
  return {
    days: growing.size > 0 ? MOST_DAYS : Math.min(MOST_DAYS, Math.ceil(most + longer) + SLACK_DAYS),
    growing: [...growing],
  };
}

/** Sources with rules of their own: how long those keep, by whichever schedule it is the longest. */
function overrides({ policies }: PolicyFile, sources: ReadonlyMap<string, SourceFacts>): number[] {
  const texts = new Set([...sources.values()].flatMap(({ keep }) => keep ?? []));
  return [...texts].flatMap((text) => {
    const parsed = parseKeep(text);
    return parsed.ok ? policies.map(({ schedule }) => keptSpans(schedule, parsed.value).longest / DAY) : [];
  });
}

/** If backups go on and every prune is accepted; sources that ask for a policy and have nothing yet have their points. */
export function steadyOf(accepted: PrunePlan, input: Omit<OutlookInput, 'days'>): Steady {
  const { prune } = input;
  const full = fullAfter(prune.file, prune.sources);
  const then = { ...input, days: full.days };
  const at = prune.now + full.days * DAY;
  return { ...full, held: holdingsAt(suppliesOf(accepted, fateOf(then), then), at) };
}

/**
 * Of a group that goes on nothing of today is left then but what somebody pins, so all groups of the same rules are alike and
 * are worked out once, as if nothing existed of them.
 */
function fateOf(input: OutlookInput): Fate {
  const { prune } = input;
  const coming = rememberedLives(input);
  const groups = [...groupBy(prune.points, (point) => `${point.policy} ${groupKey(point)}`).values()];
  const going = groups.filter((group) => isGoingOn(group, input));
  const resting = groups.filter((group) => !isGoingOn(group, input));
  const terms = { ...prune, goesOn: input.goesOn };
  const today = untilOfAll(going.flat(), { ...terms, horizonDays: 0 });
  const until = new Map<string, Until>([
    ...today,
    ...untilOfAll(resting.flat(), { ...terms, horizonDays: horizonDaysOf(input) }),
  ]);
  for (const group of going.filter((one) => !staysWhole(one, { ...terms, horizonDays: 0, goesOn: true }))) {
    for (const { id } of group.filter((point) => mayGo(point, prune))) {
      until.set(id, { keptToday: today.get(id)?.keptToday ?? true, gone: { prunedAt: prune.now } });
    }
  }
  return {
    until,
    coming: (group, isNew) => {
      const first = isNew || !isGoingOn(group, input) ? undefined : firstOf(group, input);
      return first ? coming([first], true) : coming(group, isNew);
    },
  };
}

/** More will be made of it: by the functions, as DLM's are not ours. */
function isGoingOn(group: readonly RecoveryPoint[], { prune: { file }, goesOn }: OutlookInput): boolean {
  return goesOn(group) && file.policies.some(({ name }) => name === group[0]?.policy);
}

/** What the next slot makes, as if it were the first. */
function firstOf(group: readonly RecoveryPoint[], { prune }: OutlookInput): RecoveryPoint | undefined {
  const like = newestOf(group);
  const policy = prune.file.policies.find(({ name }) => name === like?.policy);
  const slot = policy && nextSlot(policy.schedule, policy.timezone, prune.now);
  return like && slot !== undefined ? comingPoint(like, { slot, id: 'the next' }) : undefined;
}
