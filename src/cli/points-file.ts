/** The points that `retention` judges: `[{"id","time","state"?}]`, checked point by point. */

import { INSTANT_EXPECTED, parseInstant } from '../lib/policy/instant.ts';
import type { PointState } from '../lib/plan/retention.ts';
import { UsageError } from './shell.ts';

export interface InputPoint {
  readonly id: string;
  /** Its time, as written. */
  readonly time: string;
  /** Its time, in ms since the epoch. */
  readonly slot: number;
  readonly state: PointState;
}

const STATES: readonly string[] = ['good', 'pending', 'failed'] satisfies PointState[];
const MAX_PROBLEMS = 20;

/** Parses the whole file, or throws a UsageError with every problem (the first twenty in full). */
export function parsePoints(text: string, fileName: string): InputPoint[] {
  const entries = parseJsonArray(text, fileName);
  const problems: string[] = [];
  const points: InputPoint[] = [];
  for (const [index, entry] of entries.entries()) {
    const point = readPoint(entry);
    if (typeof point === 'string') problems.push(`${fileName}: point ${index}: ${point}`);
    else points.push(point);
  }
  if (problems.length === 0) return points;
  const more = problems.length - MAX_PROBLEMS;
  throw new UsageError(
    [...problems.slice(0, MAX_PROBLEMS), ...(more > 0 ? [`… and ${more} more problems`] : [])].join('\n'),
  );
}

function parseJsonArray(text: string, fileName: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${fileName} is not JSON: ${why}; expected [{"id":…,"time":…}]`, { cause: error });
  }
  if (Array.isArray(value)) return value as unknown[];
  throw new UsageError(`${fileName} holds ${nameOf(value)}, expected an array [{"id":…,"time":…}]`);
}

/** The point, or what is wrong with it. */
function readPoint(entry: unknown): InputPoint | string {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    return `is ${nameOf(entry)}, expected an object with id and time`;
  }
  const { id, time, state = 'good' } = entry as Partial<Record<'id' | 'time' | 'state', unknown>>;
  if (typeof id !== 'string' || id === '') return `id is ${shown(id)}, expected a string`;
  if (typeof time !== 'string') return `(${id}) time is ${shown(time)}, expected ${INSTANT_EXPECTED}`;
  const slot = parseInstant(time);
  if (slot === undefined) return `(${id}) time is ${shown(time)}, expected ${INSTANT_EXPECTED}`;
  if (!isState(state)) return `(${id}) state is ${shown(state)}, expected ${STATES.join(', ')}`;
  return { id, time, slot, state };
}

function isState(state: unknown): state is PointState {
  return typeof state === 'string' && STATES.includes(state);
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80);
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
