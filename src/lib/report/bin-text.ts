/** What the Recycle Bin does with what is deleted, in words and as JSON. */

import {
  binTraps,
  type BinGroup,
  type BinOutlook,
  type BinStay,
  type BinTerm,
  type BinTrap,
} from '../plan/bin-rules.ts';
import { plural, printable, type Paint } from './text.ts';

/** Scripts rely on this shape: fields may be added, none renamed or removed. */
export interface RecycleBinJson {
  /** Why the rules could not be read; what the bin keeps is not known then. */
  readonly error?: string;
  readonly groups: readonly BinGroup[];
  /** The same in sentences. */
  readonly remarks: readonly string[];
  /** What somebody may not expect of the rules. */
  readonly warnings: readonly string[];
}

export function recycleBinJson(outlook: BinOutlook): RecycleBinJson {
  if (outlook.status === 'unread') {
    const { reason: error } = outlook;
    const remark = `its rules could not be read: ${error}. Take what is deleted for gone`;
    return { error, groups: [], remarks: [remark], warnings: [] };
  }
  const { groups, pending } = outlook;
  const remarks = [
    ...groups.map(groupText),
    ...pending.map((rule) => `rule ${rule} is not available yet and keeps nothing`),
  ];
  return { groups, remarks, warnings: binTraps(groups).map(trapText) };
}

/** Lines for below a plan; none when it deletes nothing. */
export function recycleBinText(about: RecycleBinJson | undefined, paint: Paint): string[] {
  if (!about) return [];
  const { remarks, warnings } = about;
  const line = (text: string): string => `  Recycle Bin: ${printable(text)}`;
  return [...remarks.map(line), ...warnings.map((text) => paint.warn(line(text)))];
}

function groupText(group: BinGroup): string {
  const { images, snapshots } = group;
  const parts =
    images === 0
      ? [partOf(plural(snapshots, 'snapshot'), snapshots === 1, group.snapshotStay)]
      : [
          partOf(plural(images, 'AMI'), images === 1, group.imageStay),
          ...(snapshots === 0
            ? []
            : [partOf(`their ${plural(snapshots, 'snapshot')}`, snapshots === 1, group.snapshotStay)]),
        ];
  const staying = parts.filter(({ stays }) => stays);
  if (staying.length === 0)
    return `no rule keeps ${parts.map(({ name }) => name).join(' and ')}: gone for good when deleted`;
  return `${parts.map(({ words }) => words).join(', ')}${backText(group)}`;
}

interface Part {
  readonly name: string;
  readonly words: string;
  readonly stays: boolean;
}

function partOf(name: string, isOne: boolean, { sure, maybe }: BinStay): Part {
  const stay = isOne ? 'stays' : 'stay';
  if (sure) {
    const longer = maybe ? `, or for ${daysText(maybe)} if that is for ${isOne ? 'it' : 'them'}` : '';
    return { name, stays: true, words: `${name} ${stay} for ${daysText(sure)}${longer}` };
  }
  if (maybe) {
    const words = `${name} may stay for ${daysText(maybe)}, which goes by tags that are not known here`;
    return { name, stays: true, words };
  }
  return { name, stays: false, words: `${name} ${isOne ? 'is' : 'are'} gone for good` };
}

function daysText({ days, rule }: BinTerm): string {
  return `${plural(days, 'day')} (rule ${rule})`;
}

/** How to get it out again, and what that costs. */
function backText({ images, imageStay, snapshotStay }: BinGroup): string {
  const snapshots = hasTerm(snapshotStay) ? ['aws ec2 restore-snapshot-from-recycle-bin'] : [];
  const image = images > 0 && hasTerm(imageStay) ? ['aws ec2 restore-image-from-recycle-bin'] : [];
  // Paid for is the data.
  const cost = snapshots.length > 0 ? '; the snapshots are paid for until then' : '';
  return `: ${[...snapshots, ...image].join(', then ')} brings back what is there${cost}`;
}

function hasTerm({ sure, maybe }: BinStay): boolean {
  return sure !== undefined || maybe !== undefined;
}

function trapText({ images, days, restorable, isSure }: BinTrap): string {
  const [them, can] = [plural(images, 'AMI'), isSure ? 'can' : 'may'];
  const until =
    restorable === 0
      ? `${isSure ? 'cannot' : 'may not'} be restored from the bin`
      : `${can} be restored for ${plural(restorable, 'day')} only, not for ${days}`;
  return `${them} ${until}, as an AMI needs its snapshots: let a rule keep snapshots for at least as long as AMIs`;
}
