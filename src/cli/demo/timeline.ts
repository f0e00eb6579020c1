/** Everything that happens in the demo, in order of time. */

import type { PolicyFile } from '../../lib/policy/policy.ts';
import { slotsBetween } from '../../lib/policy/schedule.ts';
import { STORY, type StoryEvent } from './story.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export type Happening = { readonly at: number } & (
  | { readonly what: 'backup'; readonly policy: string; readonly slot: number }
  | { readonly what: 'prune' }
  | { readonly what: 'register' }
  | { readonly what: 'event'; readonly event: StoryEvent }
);

/** Backups start some seconds after their slot and prunes some minutes after it, as they do in a real account. */
export function timeline(file: PolicyFile, start: number, end: number): Happening[] {
  const happenings: Happening[] = [];
  for (const { name, schedule, timezone } of file.policies) {
    for (const slot of slotsBetween(schedule, timezone, start, end)) {
      happenings.push({ what: 'backup', at: slot + 20 * SECOND, policy: name, slot });
    }
  }
  for (const slot of slotsBetween(file.prune.schedule, file.timezone, start, end)) {
    happenings.push({ what: 'prune', at: slot + 15 * MINUTE });
  }
  for (const at of registrations(file, start, end)) happenings.push({ what: 'register', at });
  for (const event of STORY) happenings.push({ what: 'event', at: start + event.at * (end - start), event });
  return happenings.sort((a, b) => a.at - b.at);
}

/** As after a deploy, and then on its schedule. */
function registrations(file: PolicyFile, start: number, end: number): number[] {
  if (file.dlmPolicies.length + file.defaultPolicies.length === 0) return [];
  const { schedule } = file.registerPolicies;
  const slots = [...slotsBetween(schedule, file.timezone, start, end)];
  return [start, ...slots.map((slot) => slot + 30 * MINUTE)];
}
