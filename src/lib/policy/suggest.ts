import leven from 'leven';

/** The nearest of `known` when it is near enough to be what was meant. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { word: string; distance: number } | undefined;
  const typed = word.slice(0, 64).toLowerCase();
  for (const candidate of known) {
    const distance = edits(typed, candidate.toLowerCase());
    if (distance <= Math.max(1, Math.floor(candidate.length / 3)) && (!best || distance < best.distance)) {
      best = { word: candidate, distance };
    }
  }
  return best?.word;
}

/** How many edits apart two words are. Two neighbours swapped, the commonest slip, are one edit and not two. */
function edits(a: string, b: string): number {
  const at = a.split('').findIndex((letter, index) => letter !== b[index]);
  const swapped =
    a.slice(0, at) +
    a
      .slice(at, at + 2)
      .split('')
      .reverse()
      .join('') +
    a.slice(at + 2);
  return at >= 0 && swapped === b ? 1 : leven(a, b);
}

/** ` (did you mean daily?)`, or nothing: the tail of a problem that says itself what is expected. */
export function nearHint(word: string, known: Iterable<string>): string {
  const near = nearest(word, known);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

/** ` (did you mean daily?)`, or what is known when nothing is near, as the tail of a problem. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearHint(word, known);
  if (near !== '') return near;
  return known.length > 0 ? ` (expected one of: ${known.join(', ')})` : '';
}
