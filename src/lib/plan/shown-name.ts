/** Names that people give. */

import type { Tags } from './inventory.ts';

const UNSEEN = /[\s\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]/gu;

/** The `Name` tag; undefined where there is none that anybody would see, so that the id stands for it. */
export function shownName(tags: Tags): string | undefined {
  const name = tags.get('Name') ?? '';
  return name.replaceAll(UNSEEN, '') === '' ? undefined : name.trim();
}
