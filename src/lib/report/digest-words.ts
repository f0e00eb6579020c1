/** What each kind of finding is called in the digest, and what to do about it. */

import type { FindingKind } from '../run/watch-findings.ts';

export interface FindingWords {
  /** For the subject, after a number: one, and several. Absent: not urgent enough for it. */
  readonly subject?: readonly [one: string, several: string];
  readonly heading: string;
  readonly cure: string;
}

const BY_HAND = 'Now and by hand: npx ec2-backup backup --policy POLICY --source ID';

/**
 * The digest's own words speak for a run of `watch` that has asked again. Who looks has asked for nothing, and may have
 * deployed nothing either.
 */
export const LOOKING_CURES: Readonly<Partial<Record<FindingKind, string>>> = {
  never: `npx ec2-backup explain ID says what asks for it. Where ec2-backup is deployed, its watch asks for the current slot again, and the log of its backup function says what went wrong. ${BY_HAND}`,
  stale: `Where ec2-backup is deployed, its watch asks again for what can still be made, and the log and the dead-letter queue of its backup function say what went wrong. ${BY_HAND}`,
};

export const WORDS: Readonly<Record<FindingKind, FindingWords>> = {
  never: {
    subject: ['source never backed up', 'sources never backed up'],
    heading: 'Never backed up, and should be',
    cure: 'Their current slot has been asked for again where it can still be made. Look for their ids in the log of the backup function; a source that was tagged after the last slot of a rare policy can be backed up now with: npx ec2-backup backup --policy POLICY --source ID',
  },
  stale: {
    subject: ['stale source', 'stale sources'],
    heading: 'Stale: no good backup of the slot that is due',
    cure: 'Look for their ids in the log of the backup function, and in its dead-letter queue. What can still be made has been asked for again.',
  },
  refused: {
    subject: ['refused prune', 'refused prunes'],
    heading: 'Prunes that the guard refuses: nothing of these policies is deleted',
    cure: 'See what would go with: npx ec2-backup plan. If that is meant: npx ec2-backup prune --policy POLICY --accept NUMBER',
  },
  'lifecycle-error': {
    subject: ['DLM policy in ERROR', 'DLM policies in ERROR'],
    heading: 'Lifecycle policies in ERROR: DLM makes no backups by them',
    cure: 'As each line says.',
  },
  failed: {
    subject: ['failed backup', 'failed backups'],
    heading: 'Backups that failed in EC2',
    cure: 'A failed AMI holds its slot, and the next slot goes on. Prune cleans them up 24 hours after their slot.',
  },
  'long-pending': {
    subject: ['backup pending for over a day', 'backups pending for over a day'],
    heading: 'Backups that have been pending for over 24 hours',
    cure: 'They count as no backup and are never deleted. A first snapshot of a large volume may take this long; of others ask AWS support.',
  },
  'bad-tags': {
    subject: ['source with wrong tags', 'sources with wrong tags'],
    heading: 'Tags that ask for something they cannot have',
    cure: 'Put the tags right, as each line says.',
  },
  obstacle: {
    subject: ['source that cannot be backed up', 'sources that cannot be backed up'],
    heading: 'Sources of which nothing can be backed up now',
    cure: 'Mend what each line says, or take the tag away.',
  },
  'not-in-file': {
    heading: 'Policies that are not in the policy file: what they made is kept for ever',
    cure: 'Write them under retired, with how long to keep what they made.',
  },
  odd: {
    heading: 'Backups that do not count: of the future, or taken apart',
    cure: 'Of the future: see whose clock was wrong. Taken apart: restore the snapshot from the Recycle Bin, or deregister the AMI.',
  },
  leftover: {
    heading: 'Snapshots whose AMI is gone',
    cure: 'Prune deletes them by itself, unless somebody holds them.',
  },
  'left-alone': {
    heading: "Images and snapshots with this deployment's tag that it does not touch",
    cure: 'Nothing, unless somebody changed their tags: then put those right.',
  },
  'watch-failure': {
    subject: ['thing that watch could not do', 'things that watch could not do'],
    heading: 'What the watch function itself could not do',
    cure: 'Look in its log. It tries again with its next run.',
  },
};
