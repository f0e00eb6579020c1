/** What the tags of snapshots that Windows made say of their consistency. */

import type { Consistency } from './backup-tags.ts';
import type { Tags } from './inventory.ts';
import type { Judgement } from './point-state.ts';

/** The document sets it when it has made the snapshots, on each. */
export const APP_CONSISTENT = 'AppConsistent';
/** The document's own: to set them oneself is an error. */
export const VSS_TAGS: readonly string[] = [APP_CONSISTENT, 'AwsVssConfig', 'Device'];

const VSS: Consistency = 'vss';
const VSS_ONLY: Consistency = 'vss-only';

/** Of one snapshot. */
export interface VssMark {
  /** It is no backup unless it is application-consistent. */
  readonly isRequired: boolean;
  /** `true` as the document says; `false` also where it says anything else. Absent: it has said nothing, so far. */
  readonly isConsistent?: boolean;
}

/** `consistency` is what the creating call's tag says. Undefined for what Windows did not make. */
export function readVssMark(consistency: string | undefined, tags: Tags): VssMark | undefined {
  const isRequired = consistency === VSS_ONLY;
  if (!isRequired && consistency !== VSS) return undefined;
  const said = tags.get(APP_CONSISTENT);
  return { isRequired, ...(said !== undefined && { isConsistent: said.toLowerCase() === 'true' }) };
}

/** So long (ms) after a set was made its document may still be tagging it: a quarter of an hour at most, and what lists lag. */
const SETTLES = 30 * 60_000;

/** What a set is, by all of its snapshots; only where each of them says so is it application-consistent. */
export function vssConsistency(marks: readonly (VssMark | undefined)[]): 'application' | 'crash' {
  return marks.every((mark) => mark?.isConsistent === true) ? 'application' : 'crash';
}

/** What can be said of a set that is judged so: nothing while VSS may not have said it yet. */
export function toldConsistency(
  marks: readonly (VssMark | undefined)[],
  { state }: Judgement,
): { readonly consistency?: 'application' | 'crash' } {
  const consistency = vssConsistency(marks);
  return consistency === 'crash' && state === 'pending' ? {} : { consistency };
}

/** The set's state as it is judged by its parts, or as what VSS came to makes it. `age` in ms; absent of a copy, which says all. */
export function vssState(
  judged: Judgement,
  marks: readonly (VssMark | undefined)[],
  age: number | undefined,
): Judgement {
  if (judged.state !== 'good' && judged.state !== 'pending') return judged;
  if (vssConsistency(marks) === 'application') return judged;
  if (age !== undefined && age <= SETTLES)
    return judged.state === 'pending'
      ? judged
      : { state: 'pending', detail: 'VSS has not said yet that it is application-consistent' };
  return marks.some((mark) => mark?.isRequired === true) ? DISOWNED : judged;
}

const DISOWNED: Judgement = {
  state: 'failed',
  detail: 'VSS does not say that it is application-consistent, and its policy takes nothing else',
  disowned: true,
};
