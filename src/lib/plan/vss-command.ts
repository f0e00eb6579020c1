/** The command by which an instance makes its snapshots itself. */

import { formatInstant } from '../policy/instant.ts';
import type { VssAction } from './hooked.ts';
import { tagsText } from './vss-tags.ts';

/** Parameters of the document: the policy's own, and what makes the snapshots ours. */
export function vssParameters({ hooks, description, excludeBootVolume }: VssAction): Record<string, string> {
  return {
    ...hooks.parameters,
    CreateAmi: 'False',
    ExcludeBootVolume: excludeBootVolume ? 'True' : 'False',
    description,
    executionTimeout: String(hooks.timeout),
    tags: tagsText(hooks.vss.tags),
  };
}

/** By this, and the instance, the command of a slot is found again. `executionId` is a UUID of the whole backup. */
export function vssComment({ slot }: VssAction, executionId: string): string {
  return `ec2-backup vss ${formatInstant(slot)} ${executionId}`;
}
