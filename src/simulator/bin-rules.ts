import { DAY } from './clock.ts';
import type { BinKind, BinRule, BinTag } from './protection-records.ts';
import type { Tags } from './tags.ts';
import type { World } from './world.ts';

/** What somebody asks the Recycle Bin to keep, and for how long. */
export interface BinRuleSpec {
  readonly kind: BinKind;
  /** 1 to 3650. */
  readonly days: number;
  readonly description?: string;
  /** With these, the rule is for what has any of them; without, for all in the Region. */
  readonly tags?: readonly BinTag[];
  /** What has any of these is not for a rule of the Region. */
  readonly excludeTags?: readonly BinTag[];
  /** Days that unlocking takes: such a rule is locked. */
  readonly unlockDelay?: number;
  /** ms until it is available: the first of a Region takes up to half an hour. At once unless set. */
  readonly availableIn?: number;
}

const MOST_RULES = 250;

/** @throws for what the Recycle Bin does not take */
export function addBinRule(world: World, spec: BinRuleSpec): BinRule {
  const { tags = [], excludeTags = [], unlockDelay } = spec;
  checkWithin('days', spec.days, [1, 3650]);
  if (unlockDelay !== undefined) checkWithin('days of unlock delay', unlockDelay, [7, 30]);
  checkWithin('tags', tags.length, [0, 50]);
  checkWithin('tags to exclude', excludeTags.length, [0, 5]);
  if (tags.length > 0 && (excludeTags.length > 0 || unlockDelay !== undefined))
    throw new Error('Console: only a Recycle Bin rule of the whole Region excludes tags or is locked');
  const { store } = world;
  checkWithin('rules', currentRules(world, world.now()).length + 1, [1, MOST_RULES]);
  const rule = {
    id: newRuleId(world),
    kind: spec.kind,
    days: spec.days,
    description: spec.description ?? '',
    tags,
    excludeTags,
    unlockDelay,
    createdAt: world.now(),
    availableAt: world.now() + (spec.availableIn ?? 0),
    goneAt: undefined,
  };
  store.binRules.set(rule.id, rule);
  return rule;
}

/** What is in the bin stays there for its time. @throws for a rule that is locked or does not exist */
export function removeBinRule(world: World, id: string): void {
  const rule = currentRules(world, world.now()).find((one) => one.id === id);
  if (rule === undefined) throw new Error(`Console: there is no Recycle Bin rule ${id}`);
  if (rule.unlockDelay !== undefined) throw new Error(`Console: the Recycle Bin rule ${id} is locked`);
  rule.goneAt = world.now();
}

/** Those that existed at a time, in the order in which they were made. */
export function currentRules(world: World, time: number): readonly BinRule[] {
  return [...world.store.binRules.values()].filter(
    ({ createdAt, goneAt }) => createdAt <= time && (goneAt === undefined || goneAt > time),
  );
}

/** How many ms what is deleted now stays in the bin: the longest of the rules that are for it, if any is. */
export function timeInBin(world: World, { kind, tags }: { kind: BinKind; tags: Tags }): number | undefined {
  const now = world.now();
  const days = currentRules(world, now)
    .filter((rule) => rule.kind === kind && rule.availableAt <= now && isFor(rule, tags))
    .map((rule) => rule.days);
  return days.length === 0 ? undefined : Math.max(...days) * DAY;
}

function isFor(rule: BinRule, tags: Tags): boolean {
  const has = ({ key, value }: BinTag): boolean => tags.get(key) === value;
  return rule.tags.length === 0 ? !rule.excludeTags.some(has) : rule.tags.some(has);
}

function checkWithin(what: string, value: number, [least, most]: readonly [number, number]): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Error(`Console: a Recycle Bin rule of ${value} ${what}, expected ${least} to ${most}`);
}

/** Eleven letters and digits. */
function newRuleId(world: World): string {
  return world.ids.next('rule').slice(-11);
}
