/** Which instances and volumes nobody backs up, and which are backed up by more than one of the systems that could. */

import { isDlmPolicy, runningPolicies, type PolicyFile, type SourceKind } from '../policy/policy.ts';
import { dlmOfInstance, dlmOfVolume, type DlmCover } from './audit-dlm.ts';
import type { Image, Instance, Snapshot, Tags, Volume } from './inventory.ts';
import type { LifecyclePolicy } from './lifecycle-policy.ts';
import { isRestored, REHEARSAL } from './marks.ts';
import { isOurs } from './plan-lifecycle.ts';
import { isExcluded, readOptIn } from './select-sources.ts';

const DAY = 86_400_000;

/** So old a recovery point of AWS Backup still says that it backs the source up. */
export const AWS_BACKUP_LATELY = 7 * DAY;

export interface CoverageInput {
  readonly file: PolicyFile;
  readonly now: number;
  readonly instances: readonly Instance[];
  readonly volumes: readonly Volume[];
  readonly lifecyclePolicies: readonly LifecyclePolicy[];
  readonly images: readonly Image[];
  readonly snapshots: readonly Snapshot[];
}

export interface Uncovered {
  readonly id: string;
  readonly kind: SourceKind;
  readonly name?: string;
  readonly sizeGiB: number;
  readonly reason: string;
}

export interface CoveredTwice {
  readonly id: string;
  readonly kind: SourceKind;
  readonly name?: string;
  /** Such as `policy nightly`, `DLM policy-0123`, `AWS Backup`. */
  readonly by: readonly string[];
}

export interface Coverage {
  readonly sources: number;
  readonly uncovered: readonly Uncovered[];
  readonly twice: readonly CoveredTwice[];
  /** Volumes that are left out of their instances' backups by a tag of theirs. */
  readonly leftOut: readonly string[];
}

/** What backs one source up, by system: each of two systems stores the same data once more. */
interface Cover {
  readonly ours: readonly string[];
  readonly dlm: readonly string[];
  readonly awsBackup: boolean;
  /** Covered, and never a second time. */
  readonly isDefault: boolean;
}

export function coverageOf(input: CoverageInput): Coverage {
  const instances = input.instances.filter(isSource);
  const attachedTo = new Map(
    instances.flatMap((instance) => instance.volumes.map(({ volumeId }) => [volumeId, instance] as const)),
  );
  const lately = awsBackupSources(input);
  const volumes = input.volumes.filter((volume) => !isTemporary(volume.tags));
  const known = new Map(volumes.map((volume) => [volume.id, volume]));
  const ofInstance = new Map(
    instances.map((instance) => [instance.id, instanceCover(instance, lately, input)]),
  );
  const ofVolume = new Map(
    volumes.map((volume) => [volume.id, volumeCover(volume, attachedTo.get(volume.id), lately, input)]),
  );
  const isCovered = (id: string): boolean => systemsOf(ofVolume.get(id)).isCovered;
  const judged = [
    ...instances.map((instance) => {
      const cover = ofInstance.get(instance.id);
      const parts = instance.volumes.map(({ volumeId }) => volumeId);
      const byParts = parts.length > 0 && parts.every(isCovered);
      const sizeGiB = parts.reduce((sum, id) => sum + (known.get(id)?.sizeGiB ?? 0), 0);
      return {
        ...told(instance, 'instance', sizeGiB),
        cover,
        isCovered: systemsOf(cover).isCovered || byParts,
      };
    }),
    // A volume of an instance that nobody backs up is told with it.
    ...volumes
      .filter(({ id }) => isToldAlone(attachedTo.get(id), id, { ofInstance, ofVolume }))
      .map((volume) => ({
        ...told(volume, 'volume', volume.sizeGiB),
        cover: ofVolume.get(volume.id),
        isCovered: isCovered(volume.id),
      })),
  ];
  const leftOut = volumes.filter(
    ({ id, tags }) => attachedTo.has(id) && !isCovered(id) && isExcluded(tags, input.file.optInTag),
  );
  const outIds = new Set(leftOut.map(({ id }) => id));
  return {
    sources: instances.length + volumes.length,
    uncovered: judged
      .filter((one) => !one.isCovered && !outIds.has(one.id))
      .map(({ id, kind, name, sizeGiB, tags }) => ({
        id,
        kind,
        ...(name !== undefined && { name }),
        sizeGiB,
        reason: whyNot({ id, tags }, kind, input),
      })),
    twice: judged.flatMap(({ id, kind, name, cover }) => {
      const { by, count } = systemsOf(cover);
      return count > 1 ? [{ id, kind, ...(name !== undefined && { name }), by }] : [];
    }),
    leftOut: leftOut.map(({ id }) => id),
  };
}

/** What a rehearsal or a restore made is nobody's source yet. */
function isSource({ state, tags }: Instance): boolean {
  return state !== 'terminated' && state !== 'shutting-down' && !isTemporary(tags);
}

function isTemporary(tags: Tags): boolean {
  return tags.has(REHEARSAL.key) || isRestored(tags);
}

function told<K extends SourceKind>(source: Instance | Volume, kind: K, sizeGiB: number) {
  const { id, tags } = source;
  const name = tags.get('Name');
  return { id, tags, kind, sizeGiB, ...(name !== undefined && { name }) };
}

interface Covers {
  readonly ofInstance: ReadonlyMap<string, Cover>;
  readonly ofVolume: ReadonlyMap<string, Cover>;
}

/** Of an instance's volume only what is not the same for the instance. */
function isToldAlone(instance: Instance | undefined, id: string, { ofInstance, ofVolume }: Covers): boolean {
  if (!instance) return true;
  const whole = systemsOf(ofInstance.get(instance.id));
  const own = systemsOf(ofVolume.get(id));
  if (whole.isCovered) return !own.isCovered || own.count > whole.count;
  const others = instance.volumes.some(({ volumeId }) => systemsOf(ofVolume.get(volumeId)).isCovered);
  return own.count > 1 || (!own.isCovered && others);
}

interface Systems {
  readonly by: readonly string[];
  /** Of the systems that make a backup each. */
  readonly count: number;
  readonly isCovered: boolean;
}

function systemsOf(cover: Cover | undefined): Systems {
  if (!cover) return { by: [], count: 0, isCovered: false };
  const { ours, dlm, awsBackup, isDefault } = cover;
  const by = [
    ...ours.map((name) => `policy ${name}`),
    ...dlm.map((id) => `DLM ${id}`),
    ...(awsBackup ? ['AWS Backup'] : []),
  ];
  const count = [ours.length > 0, dlm.length > 0, awsBackup].filter(Boolean).length;
  return { by, count, isCovered: count > 0 || isDefault };
}

function instanceCover(instance: Instance, lately: ReadonlySet<string>, input: CoverageInput): Cover {
  const { file, lifecyclePolicies } = input;
  return coverBy(
    lambdaPolicies(instance, 'instance', file),
    dlmOfInstance(lifecyclePolicies, instance),
    lately.has(instance.id),
    input,
  );
}

function volumeCover(
  volume: Volume,
  instance: Instance | undefined,
  lately: ReadonlySet<string>,
  input: CoverageInput,
): Cover {
  const { file, lifecyclePolicies } = input;
  const whole =
    instance && !isExcluded(volume.tags, file.optInTag) ? lambdaPolicies(instance, 'instance', file) : [];
  return coverBy(
    [...new Set([...lambdaPolicies(volume, 'volume', file), ...whole])],
    dlmOfVolume(lifecyclePolicies, volume, instance),
    lately.has(volume.id) || (instance !== undefined && lately.has(instance.id)),
    input,
  );
}

/** A lifecycle policy that this deployment has made counts as one of its policies. */
function coverBy(
  lambda: readonly string[],
  found: readonly DlmCover[],
  awsBackup: boolean,
  { lifecyclePolicies, file }: CoverageInput,
): Cover {
  const own = new Set(lifecyclePolicies.filter((policy) => isOurs(policy, file)).map(({ id }) => id));
  const custom = found.filter(({ isDefault }) => !isDefault).map(({ id }) => id);
  return {
    ours: [...lambda, ...custom.filter((id) => own.has(id)).map((id) => `${id} (DLM)`)],
    dlm: custom.filter((id) => !own.has(id)),
    awsBackup,
    isDefault: found.some(({ isDefault }) => isDefault),
  };
}

/** What DLM is to run counts once DLM has it. */
function lambdaPolicies(source: Instance | Volume, kind: SourceKind, file: PolicyFile): string[] {
  const wanted = new Set(readOptIn(source, kind, file).policies);
  return runningPolicies(file)
    .filter((policy) => wanted.has(policy.name) && !isDlmPolicy(policy))
    .map(({ name }) => name);
}

function whyNot(source: { id: string; tags: Tags }, kind: SourceKind, { file }: CoverageInput): string {
  const { policies, problems } = readOptIn(source, kind, file);
  if (policies.length > 0)
    return `asks for ${policies.join(', ')}, which DLM is to run: no enabled lifecycle policy finds it`;
  if (problems.length > 0) return problems.join('; ');
  return `no policy selects it; the tag ${file.optInTag}=POLICY, with the name of a policy, asks for backups`;
}

/** Ids of instances and volumes of which AWS Backup has a good recovery point that is younger than a week. */
function awsBackupSources({ images, snapshots, now }: CoverageInput): ReadonlySet<string> {
  const found = new Set<string>();
  const since = now - AWS_BACKUP_LATELY;
  for (const { tags, createdAt, state } of images)
    if (createdAt > since && state === 'available') for (const id of backedUpBy(tags)) found.add(id);
  for (const { tags, startedAt, state, volumeId } of snapshots) {
    if (startedAt <= since || state !== 'completed' || !isAwsBackups(tags)) continue;
    found.add(volumeId);
    for (const id of backedUpBy(tags)) found.add(id);
  }
  return found;
}

function isAwsBackups(tags: Tags): boolean {
  return [...tags.keys()].some((key) => key.startsWith('aws:backup:'));
}

/** AWS Backup names the source in a tag, by its ARN or its id. */
function backedUpBy(tags: Tags): readonly string[] {
  const values = [...tags].filter(([key]) => key.startsWith('aws:backup:')).map(([, value]) => value);
  return values.flatMap((value) => value.match(/\b(?:i|vol)-[0-9a-f]{8,17}\b/g) ?? []);
}
