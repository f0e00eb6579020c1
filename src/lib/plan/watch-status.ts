/** What each source is told by its own tag `Backup:Status`: that it is backed up, or the first thing that is wrong. */

import { formatMinute } from '../policy/instant.ts';
import { isDlmPolicy, runningPolicies, type PolicyFile } from '../policy/policy.ts';
import { groupBy } from './group-by.ts';
import type { LifecycleError } from './plan-lifecycle.ts';
import type { PlaceWatch } from './watch-place.ts';
import type { SourceWatch } from './watch-policy.ts';
import type { SlotTimes } from './watch-slots.ts';
import type { Asking } from './watch-sources.ts';

/** EC2's limits: the length of a value, and how many tags of its user a resource has. */
const LONGEST = 256;
const MOST_TAGS = 50;

export interface StatusInput {
  readonly file: PolicyFile;
  readonly watch: PlaceWatch;
  readonly lifecycleErrors: readonly LifecycleError[];
}

export interface StatusPlan {
  readonly key: string;
  /** Values with the sources that are to carry them; none that carries its value already. */
  readonly writes: readonly { readonly value: string; readonly ids: readonly string[] }[];
  /** Sources that have as many tags as EC2 allows. */
  readonly noRoom: readonly string[];
}

export function planStatus(input: StatusInput): StatusPlan {
  const key = statusKey(input.file);
  const standings = standingsOf(input.watch);
  const changed = [...input.watch.selection.asking.values()].flatMap((asking) => {
    const { id, tags } = asking.source;
    const value = statusOf(asking, standings.get(id) ?? [], input);
    if (value === undefined || tags.get(key) === value) return [];
    return [{ id, value, hasRoom: tags.has(key) || userTags(tags) < MOST_TAGS }];
  });
  const writes = groupBy(
    changed.filter(({ hasRoom }) => hasRoom),
    ({ value }) => value,
  );
  return {
    key,
    writes: Array.from(writes, ([value, sources]) => ({ value, ids: sources.map(({ id }) => id) })),
    noRoom: changed.filter(({ hasRoom }) => !hasRoom).map(({ id }) => id),
  };
}

export function statusKey({ optInTag }: Pick<PolicyFile, 'optInTag'>): string {
  return `${optInTag}:Status`;
}

interface Standing {
  readonly policy: string;
  readonly slots: SlotTimes;
  readonly source: SourceWatch;
}

function standingsOf({ running }: PlaceWatch): ReadonlyMap<string, readonly Standing[]> {
  const standings = new Map<string, Standing[]>();
  for (const { policy, slots, sources } of running) {
    for (const source of sources) {
      const entry = { policy, slots, source };
      const known = standings.get(source.id);
      if (known) known.push(entry);
      else standings.set(source.id, [entry]);
    }
  }
  return standings;
}

/** Undefined for a source that has nothing to do with backups. */
function statusOf(
  { source, optIn }: Asking,
  standings: readonly Standing[],
  input: StatusInput,
): string | undefined {
  const [problem] = optIn.problems;
  if (problem !== undefined) return cut(problem);
  const trouble = standings.map(troubleOf).find((text) => text !== undefined);
  if (trouble !== undefined) return cut(trouble);
  if (standings.length > 0) return okay(standings);
  if (optIn.policies.length > 0) return cut(dlmStatus(optIn.policies, input));
  return source.tags.has(statusKey(input.file)) ? 'not backed up: no policy asks for it' : undefined;
}

function troubleOf({ policy, slots, source }: Standing): string | undefined {
  const { obstacle, standing, good } = source;
  if (obstacle !== undefined) return `not backed up by ${policy}: ${obstacle}`;
  if (standing === 'never') return `never backed up by ${policy}${nextText(slots)}`;
  if (standing !== 'stale' || good === undefined || slots.due === undefined) return undefined;
  return `stale: the newest good backup by ${policy} is of ${formatMinute(good)}, expected ${formatMinute(slots.due)}`;
}

/** The slot of the policy that is furthest behind; a policy without a backup yet is named first. */
function okay(standings: readonly Standing[]): string {
  const open = standings.find(({ source }) => source.good === undefined);
  if (open?.source.standing === 'pending') return cut(`the first backup by ${open.policy} is being made`);
  if (open) return cut(`no backup by ${open.policy} yet${nextText(open.slots)}`);
  return `ok ${formatMinute(Math.min(...standings.map(({ source }) => source.good ?? Infinity)))}`;
}

/** Of what DLM runs only its lifecycle policy's own state is known. */
function dlmStatus(policies: readonly string[], { file, lifecycleErrors }: StatusInput): string {
  const byDlm = new Set(
    runningPolicies(file)
      .filter(isDlmPolicy)
      .map(({ name }) => name),
  );
  const names = policies.filter((name) => byDlm.has(name));
  const error = lifecycleErrors.find(({ policy }) => names.includes(policy));
  if (!error) return `left to DLM by ${names.join(', ')}`;
  return `not backed up by ${error.policy}: its lifecycle policy ${error.id} is in ERROR`;
}

function nextText({ next }: SlotTimes): string {
  return next === undefined ? '' : `, next slot ${formatMinute(next)}`;
}

/** EC2 counts characters, not code units. */
function cut(text: string): string {
  const characters = Array.from(text);
  return characters.length <= LONGEST ? text : `${characters.slice(0, LONGEST - 1).join('')}…`;
}

/** Those that AWS itself puts on do not count. */
function userTags(tags: ReadonlyMap<string, string>): number {
  return [...tags.keys()].filter((key) => !key.startsWith('aws:')).length;
}
