/** What to back up now, and how: one verdict for each source that asks for the policy. */

import { sourceKindOf, type Policy, type PolicyFile } from '../policy/policy.ts';
import type { CreateAction, Skipped, Warning } from './actions.ts';
import type { Trigger } from './backup-tags.ts';
import { createAction, type BackupOrder } from './create-action.ts';
import type { Instance, Volume } from './inventory.ts';
import type { MadePoint } from './recovery-points.ts';
import { compareText } from './order.ts';
import { readOptIn } from './select-sources.ts';
import { matchesAll, matchesAny } from '../policy/tag-patterns.ts';

export interface BackupInput {
  readonly file: PolicyFile;
  readonly policy: Policy;
  readonly slot: number;
  readonly trigger: Trigger;
  readonly instances: readonly Instance[];
  readonly volumes: readonly Volume[];
  /** At least the policy's own points of this slot; those of earlier ones tell which source is the stalest. */
  readonly points: readonly MadePoint[];
  /** Only these; absent: every source of the policy. */
  readonly sources?: readonly string[];
  readonly hold?: string;
}

/** A source whose slot has a recovery point already. */
export interface AlreadyMade {
  readonly source: string;
  readonly point: MadePoint;
}

export interface BackupPlan {
  readonly policy: string;
  readonly slot: number;
  /** Stalest source first. */
  readonly actions: readonly CreateAction[];
  readonly alreadyMade: readonly AlreadyMade[];
  readonly skipped: readonly Skipped[];
  readonly warnings: readonly Warning[];
  /** Asked for by id, but not among the policy's sources. */
  readonly unknownSources: readonly string[];
}

/** Plans one slot of one policy. */
export function planBackup(input: BackupInput): BackupPlan {
  const { policy, slot } = input;
  const selected = selectSources(input);
  const asked = input.sources && new Set(input.sources);
  const wanted = selected.filter(({ id }) => !asked || asked.has(id));
  const made = madeInSlot(input);
  const open = wanted.filter(({ id }) => !made.has(id));
  const order = orderOf(input);
  const orders = stalestFirst(open, input).map((source) => createAction(source, order));
  const known = new Set(selected.map(({ id }) => id));
  return {
    policy: policy.name,
    slot,
    actions: orders.flatMap(({ action }) => action ?? []),
    alreadyMade: wanted
      .flatMap(({ id }) => {
        const point = made.get(id);
        return point ? [{ source: id, point }] : [];
      })
      .sort((a, b) => compareText(a.source, b.source)),
    skipped: [...orders.flatMap(({ skipped }) => skipped ?? []), ...excludedSources(input)],
    warnings: orders.flatMap(({ warnings }) => warnings),
    unknownSources: [...(asked ?? [])].filter((id) => !known.has(id)).sort(),
  };
}

/** Wrong tags of all sources, one entry a source: they are nobody's plan, so they are told once a run. */
export function tagProblems(
  file: PolicyFile,
  { instances, volumes }: { readonly instances: readonly Instance[]; readonly volumes: readonly Volume[] },
): Skipped[] {
  const problemsOf = (source: Instance | Volume, kind: 'instance' | 'volume'): Skipped[] =>
    readOptIn(source, kind, file).problems.map((reason) => ({ id: source.id, reason }));
  return [
    ...instances
      .filter(({ state }) => state !== 'terminated')
      .flatMap((instance) => problemsOf(instance, 'instance')),
    ...volumes.flatMap((volume) => problemsOf(volume, 'volume')),
  ].sort((a, b) => compareText(a.id, b.id));
}

/** What exists of the slot by source: the first made, but one that did not fail goes before one that did. */
function madeInSlot({ points, policy, slot }: BackupInput): ReadonlyMap<string, MadePoint> {
  const made = new Map<string, MadePoint>();
  // A failed AMI holds the slot's name; a failed set holds nothing, and can be made again.
  const ofSlot = points.filter(
    (point) =>
      point.policy === policy.name &&
      point.slot === slot &&
      (point.state !== 'failed' || point.imageId !== undefined),
  );
  for (const point of ofSlot.sort((a, b) => a.madeAt - b.madeAt || compareText(a.id, b.id))) {
    const known = made.get(point.source);
    if (!known || (known.state === 'failed' && point.state !== 'failed')) made.set(point.source, point);
  }
  return made;
}

type Source = Instance | Volume;

function candidatesOf({ policy, instances, volumes }: BackupInput): readonly Source[] {
  return sourceKindOf(policy.backup) === 'instance' ? instances : volumes;
}

/** What the policy's own `select` matches but its `exclude` leaves out, told so that nobody wonders. */
function excludedSources(input: BackupInput): Skipped[] {
  const { name, select } = input.policy;
  if (!select || input.sources) return [];
  return candidatesOf(input)
    .filter(({ tags }) => matchesAll(select.tags, tags) && matchesAny(select.exclude, tags))
    .map(({ id }) => ({ id, policy: name, reason: `left out by the exclude of ${name}` }))
    .sort((a, b) => compareText(a.id, b.id));
}

function selectSources(input: BackupInput): readonly Source[] {
  const { file, policy } = input;
  const kind = sourceKindOf(policy.backup);
  return candidatesOf(input).filter((source) => readOptIn(source, kind, file).policies.includes(policy.name));
}

function orderOf({ file, policy, slot, trigger, volumes, hold }: BackupInput): BackupOrder {
  return {
    owner: file,
    policy,
    slot,
    trigger,
    volumes: new Map(volumes.map((volume) => [volume.id, volume])),
    ...(hold !== undefined && { hold }),
  };
}

function stalestFirst(sources: readonly Source[], { policy, points }: BackupInput): Source[] {
  const newest = new Map<string, number>();
  for (const point of points) {
    if (point.policy !== policy.name || point.state !== 'good') continue;
    newest.set(point.source, Math.max(point.slot, newest.get(point.source) ?? -Infinity));
  }
  const ageOf = (id: string): number => newest.get(id) ?? -Infinity;
  // Not a subtraction: never backed up is -Infinity, twice.
  return [...sources].sort((a, b) => {
    const [left, right] = [ageOf(a.id), ageOf(b.id)];
    if (left !== right) return left < right ? -1 : 1;
    return compareText(a.id, b.id);
  });
}
