import type { TagPatterns } from './policy.ts';

/** Any run of characters, any one character, or exactly this one. */
type Part = '*' | '?' | { readonly is: string };

/**
 * Whether a value matches an EC2 filter pattern: `*` is any run, `?` exactly one character, `\` takes the next
 * character as it is. Case counts and the whole value must match. Takes at most pattern times value steps.
 */
export function matchesPattern(pattern: string, value: string): boolean {
  if (!/[*?\\]/.test(pattern)) return pattern === value;
  return matchesParts(partsOf(pattern), Array.from(value));
}

/** AND between keys, OR between a key's values. No key at all matches everything. */
export function matchesAll(patterns: TagPatterns, tags: ReadonlyMap<string, string>): boolean {
  return Object.entries(patterns).every((entry) => matchesKey(entry, tags));
}

/** Whether any key has a value that matches. No key at all matches nothing. */
export function matchesAny(patterns: TagPatterns, tags: ReadonlyMap<string, string>): boolean {
  return Object.entries(patterns).some((entry) => matchesKey(entry, tags));
}

function matchesKey(
  [key, patterns]: [string, readonly string[]],
  tags: ReadonlyMap<string, string>,
): boolean {
  const value = tags.get(key);
  return value !== undefined && patterns.some((pattern) => matchesPattern(pattern, value));
}

// By code points, so that an emoji is one character. A backslash at the very end is itself.
function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*' || character === '?') parts.push(character);
    else if (character === '\\') parts.push({ is: characters[(at += 1)] ?? character });
    else parts.push({ is: character });
  }
  return parts;
}

/** Greedy: only the last `*` is ever taken up again, so there is no blow-up. */
function matchesParts(parts: readonly Part[], value: readonly string[]): boolean {
  let [part, at] = [0, 0];
  let retry: { part: number; at: number } | undefined;
  while (at < value.length) {
    const wanted = parts[part];
    if (wanted === '*') {
      retry = { part: part + 1, at };
      part += 1;
    } else if (wanted !== undefined && (wanted === '?' || wanted.is === value[at])) {
      part += 1;
      at += 1;
    } else if (retry) {
      retry.at += 1;
      ({ part, at } = retry);
    } else {
      return false;
    }
  }
  return parts.slice(part).every((rest) => rest === '*');
}
