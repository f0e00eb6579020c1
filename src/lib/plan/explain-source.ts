/** Why an instance or a volume is backed up or not, and what it has. Pure: the measurement is the watch's. */

import {
  isDlmPolicy,
  runningPolicies,
  type DlmPolicy,
  type Place,
  type Policy,
  type PolicyFile,
  type SourceKind,
} from '../policy/policy.ts';
import { groupBy } from './group-by.ts';
import { selectingTags, slips, whyNotSelected, type Tagged } from './explain-selection.ts';
import type { Instance, Volume } from './inventory.ts';
import { isRestored, RESTORED } from './marks.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import { excludeKey, isExcluded } from './select-sources.ts';
import type { PlaceWatch } from './watch-place.ts';
import type { Standing } from './watch-policy.ts';
import { isInstance, type Asking, type Source } from './watch-sources.ts';

export interface SourceStory {
  readonly id: string;
  readonly kind: SourceKind;
  /** EC2's own word; absent where there is no such source in the place. */
  readonly state?: string;
  readonly name?: string;
  /** false: the place only takes copies, so nothing in it is backed up. */
  readonly backsUp: boolean;
  /** The recovery point that it was restored from, when nobody adopted it. */
  readonly restoredFrom?: string;
  /** Tags that ask for something they cannot have, and likely slips of the pen. */
  readonly problems: readonly string[];
  readonly backedUpBy: readonly Selected[];
  readonly notBackedUpBy: readonly NotSelected[];
  /** Of an attached volume. */
  readonly withInstance?: WithInstance;
  /** The tag that leaves a volume out of its instance's backups, as `key=value`. */
  readonly excludeTag: string;
  /** Of an instance, its volumes that this tag leaves out. */
  readonly leftOut: readonly string[];
  /** Recovery points of it that were made here by policies that do not take it, or not any more. */
  readonly leftovers: readonly Made[];
  /** Copies of what was made of it elsewhere. */
  readonly copies: readonly Copied[];
}

export interface Copied extends Made {
  /** Where they were made, and the source is or was. */
  readonly from: Place;
}

/** A policy that takes the source. Slots in ms since the epoch. */
export interface Selected extends Made {
  readonly engine: 'lambda' | 'dlm';
  /** The tags that ask for it, as `key=value`. */
  readonly by: readonly string[];
  /** The rest as the watch measures it: absent of a policy that DLM runs. */
  readonly standing?: Standing;
  /** The slot that must be good by now. */
  readonly due?: number;
  readonly next?: number;
  readonly obstacle?: string;
}

/** What a policy has made of the source and is in this place; of a policy that takes it, copies included. */
export interface Made {
  readonly policy: string;
  readonly points: number;
  /** Slot of the newest good one. */
  readonly good?: number;
}

export interface NotSelected {
  readonly policy: string;
  readonly why: string;
}

export interface WithInstance {
  readonly instance: string;
  readonly device: string;
  /** Those that back the instance up. */
  readonly policies: readonly string[];
  /** The story's excludeTag leaves the volume out. */
  readonly isExcluded: boolean;
}

export interface SourceQuestion {
  readonly id: string;
  readonly file: PolicyFile;
  readonly now: number;
  readonly backsUp: boolean;
  /** All there are in the place. */
  readonly instances: readonly Instance[];
  readonly volumes: readonly Volume[];
  readonly points: readonly RecoveryPoint[];
  readonly watch: PlaceWatch;
}

export function sourceStory(question: SourceQuestion): SourceStory {
  const { id, backsUp, watch, points, instances, volumes, file, now } = question;
  const kind = id.startsWith('vol-') ? 'volume' : 'instance';
  const source: Source | undefined = [...instances, ...volumes].find((one) => one.id === id);
  const ofIt = points.filter((point) => point.source === id);
  const made = madeOf(ofIt, now);
  const madeHere = madeOf(
    ofIt.filter(({ copiedFrom }) => !copiedFrom),
    now,
  );
  const asking = watch.selection.asking.get(id);
  const selected = backsUp && asking ? selectedBy(asking, { question, kind, made }) : [];
  const names = new Set(selected.map(({ policy }) => policy));
  const common = {
    id,
    kind,
    backsUp,
    backedUpBy: selected,
    leftovers: [...madeHere.values()].filter(({ policy }) => !names.has(policy)),
    copies: copiesOf(ofIt, now),
    excludeTag: `${excludeKey(file.optInTag)}=true`,
  } as const;
  if (!source) return { ...common, problems: [], notBackedUpBy: [], leftOut: [] };
  const { tags, state } = source;
  const tagged: Tagged = { tags, kind, file };
  const name = tags.get('Name');
  const restored = isRestored(tags) ? tags.get(RESTORED.from) : undefined;
  const withInstance = isInstance(source) ? undefined : instanceOf(source, question);
  return {
    ...common,
    state,
    ...(name !== undefined && { name }),
    ...(restored !== undefined && { restoredFrom: restored }),
    problems: [...(asking?.optIn.problems ?? []), ...slips(tagged)],
    notBackedUpBy: runningPolicies(file)
      .filter((policy) => !names.has(policy.name))
      .map((policy) => ({ policy: policy.name, why: whyNot(policy, asking, tagged) })),
    leftOut: isInstance(source) ? leftOutOf(source, question) : [],
    ...(withInstance && { withInstance }),
  };
}

interface Surroundings {
  readonly question: SourceQuestion;
  readonly kind: SourceKind;
  readonly made: ReadonlyMap<string, Made>;
}

function selectedBy({ source, optIn }: Asking, { question, kind, made }: Surroundings): Selected[] {
  const { file, watch } = question;
  return runningPolicies(file)
    .filter(({ name }) => optIn.policies.includes(name))
    .map((policy) => {
      const by = selectingTags(policy, { tags: source.tags, kind, file });
      const has = made.get(policy.name) ?? { policy: policy.name, points: 0 };
      if (isDlmPolicy(policy)) return { ...has, engine: 'dlm', by };
      const running = watch.running.find((one) => one.policy === policy.name);
      const { standing, obstacle } = running?.sources.find(({ id }) => id === source.id) ?? {};
      const { due, next } = running?.slots ?? {};
      return {
        ...has,
        engine: 'lambda',
        by,
        ...(standing !== undefined && { standing }),
        ...(obstacle !== undefined && { obstacle }),
        ...(due !== undefined && { due }),
        ...(next !== undefined && { next }),
      };
    });
}

/** What the watch counts: points of the future are not among the good ones. */
function madeOf(points: readonly RecoveryPoint[], now: number): ReadonlyMap<string, Made> {
  const made = new Map<string, Made>();
  for (const { policy, slot, state } of points) {
    const { points: before = 0, good } = made.get(policy) ?? {};
    const newest = state === 'good' && slot <= now ? Math.max(slot, good ?? -Infinity) : good;
    made.set(policy, { policy, points: before + 1, ...(newest !== undefined && { good: newest }) });
  }
  return made;
}

/** By where they were made, and by policy. */
function copiesOf(points: readonly RecoveryPoint[], now: number): Copied[] {
  const byPlace = groupBy(
    points.filter(({ copiedFrom }) => copiedFrom),
    ({ copiedFrom }) => `${copiedFrom?.place.account} ${copiedFrom?.place.region}`,
  );
  return [...byPlace.values()].flatMap((copied) => {
    const from = copied[0]?.copiedFrom?.place;
    return from ? [...madeOf(copied, now).values()].map((made) => ({ ...made, from })) : [];
  });
}

function whyNot(policy: Policy | DlmPolicy, asking: Asking | undefined, tagged: Tagged): string {
  if (!asking) return 'it is terminated, and asks for nothing any more';
  // Selected all the same, so it is the place.
  if (asking.optIn.policies.includes(policy.name)) return 'only copies are made in this place';
  return whyNotSelected(policy, tagged);
}

function leftOutOf({ volumes }: Instance, { volumes: all, file }: SourceQuestion): string[] {
  const own = new Set(volumes.map(({ volumeId }) => volumeId));
  return all.filter(({ id, tags }) => own.has(id) && isExcluded(tags, file.optInTag)).map(({ id }) => id);
}

function instanceOf(
  { attachment, tags }: Volume,
  { watch, file, backsUp }: SourceQuestion,
): WithInstance | undefined {
  if (!attachment) return undefined;
  const { instanceId: instance, device } = attachment;
  const policies = backsUp ? (watch.selection.asking.get(instance)?.optIn.policies ?? []) : [];
  return { instance, device, policies, isExcluded: isExcluded(tags, file.optInTag) };
}
