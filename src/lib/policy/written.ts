/** The file as it was written: no shape is taken for granted. */

export type Entry = readonly [name: string, value: unknown];

export function entriesOf(holder: unknown, word: string): readonly Entry[] {
  const map = wordOf(holder, word);
  return isMap(map) ? Object.entries(map) : [];
}

export function wordOf(holder: unknown, word: string): unknown {
  return isMap(holder) && Object.hasOwn(holder, word) ? holder[word] : undefined;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether DLM runs the policy; undefined when its engine is none that we know. */
export function isDlm(policy: unknown): boolean | undefined {
  const engine = wordOf(policy, 'engine') ?? 'lambda';
  return engine === 'dlm' || (engine === 'lambda' ? false : undefined);
}
