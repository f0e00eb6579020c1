import type { ArchiveRule } from '@aws-sdk/client-dlm';
import { DAY } from './clock.ts';
import { count } from './dlm-run-activity.ts';
import { archiveItem, deleteItem, pendingUntil } from './dlm-run-delete.ts';
import { exists, isExtended, isManaged, takesLast, type ManagedItem } from './dlm-run-items.ts';
import { currentSchedule } from './dlm-run-orders.ts';
import type { WorkQueue } from './work-queue.ts';
import { ageOf, later } from './dlm-run-times.ts';
import type { World } from './world.ts';

/** What one schedule made of one source in one Region, oldest first. */
export interface Line {
  items: ManagedItem[];
  /** Expired, and still there: the last one, or what EC2 refused to delete. Looked at again with the next backup. */
  readonly overdue: Set<ManagedItem>;
}

/** Deletes, or archives, what DLM made: by count when something new is made, by age when its time has come. */
export class Retention {
  readonly #world: World;
  readonly #queue: WorkQueue;
  readonly #lines = new Map<string, Line>();

  constructor(world: World, queue: WorkQueue) {
    this.#world = world;
    this.#queue = queue;
  }

  /** Takes charge of something new, and applies the rules to what it stands in line with. */
  add(item: ManagedItem): Line {
    const line = this.#lineOf(item);
    line.items.push(item);
    if (item.expiresAt !== undefined) this.#queue.push(item.expiresAt, () => this.#expire(line, item));
    this.#retry(line);
    if (item.expiresAt === undefined && !item.isCopy) this.#applyCount(line, item);
    return line;
  }

  #lineOf({ policy, scheduleName = '', sourceId, place, isCopy }: ManagedItem): Line {
    const key = `${policy.id}/${sourceId}/${isCopy ? place.region : 'home'}/${scheduleName}`;
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const line: Line = { items: [], overdue: new Set() };
    this.#lines.set(key, line);
    return line;
  }

  #retry(line: Line): void {
    if (line.overdue.size === 0) return;
    const overdue = [...line.overdue];
    line.overdue.clear();
    for (const item of overdue) this.#expire(line, item);
  }

  #applyCount(line: Line, { policy, scheduleName }: ManagedItem): void {
    const schedule = currentSchedule(policy.details, scheduleName);
    const retain = schedule?.RetainRule?.Count;
    if (!line.items.every(counts)) line.items = line.items.filter(counts);
    if (retain === undefined) return;
    const tooMany = oldestBeyond(line.items, retain, isStandard);
    for (const item of tooMany) {
      if (schedule?.ArchiveRule === undefined) this.#delete(line, item);
      else this.#archive(line, item, schedule.ArchiveRule);
    }
  }

  #expire(line: Line, item: ManagedItem): void {
    if (!line.items.includes(item)) return;
    if (!exists(item) || !isManaged(item)) {
      letGo(line, item);
      return;
    }
    const archive = currentSchedule(item.policy.details, item.scheduleName)?.ArchiveRule;
    if (archive !== undefined && item.archivedAt === undefined && !item.isCopy)
      this.#archive(line, item, archive);
    else if (isLast(line, item) && !takesLast(item)) this.#keepLast(line, item);
    else this.#delete(line, item);
  }

  /** Until there is a newer one; with ExtendDeletion, also until its source is gone or the policy has stopped. */
  #keepLast(line: Line, item: ManagedItem): void {
    line.overdue.add(item);
    if (!isExtended(item.policy)) return;
    this.#queue.push(this.#world.now() + DAY, () => {
      if (line.overdue.delete(item)) this.#expire(line, item);
    });
  }

  #delete(line: Line, item: ManagedItem): void {
    deleteItem(item);
    if (!exists(item)) letGo(line, item);
    else if (item.expiresAt !== undefined) line.overdue.add(item);
  }

  #archive(line: Line, item: ManagedItem, rule: ArchiveRule): void {
    const now = this.#world.now();
    const completesAt = pendingUntil(item);
    if (item.archivedAt !== undefined || !exists(item)) return;
    if (completesAt > now) {
      this.#queue.push(completesAt, () => this.#archive(line, item, rule));
      return;
    }
    if (!archiveItem(item)) {
      count(this.#world, item.policy.id, 'SnapshotsArchiveFailed');
      if (item.expiresAt !== undefined) line.overdue.add(item);
      return;
    }
    item.archivedAt = now;
    count(this.#world, item.policy.id, 'SnapshotsArchiveCompleted');
    this.#applyArchiveRule(line, item, rule);
  }

  #applyArchiveRule(line: Line, item: ManagedItem, rule: ArchiveRule): void {
    const retain = rule.RetainRule?.RetentionArchiveTier;
    const age = ageOf(retain);
    if (age !== undefined) {
      this.#queue.push(later(this.#world.now(), age), () => this.#expire(line, item));
    } else if (retain?.Count !== undefined) {
      const tooMany = oldestBeyond(line.items, retain.Count, isArchived);
      for (const one of tooMany) this.#delete(line, one);
    }
  }
}

function counts(item: ManagedItem): boolean {
  return exists(item) && isManaged(item);
}

function isStandard({ archivedAt }: ManagedItem): boolean {
  return archivedAt === undefined;
}

function isArchived(item: ManagedItem): boolean {
  return item.archivedAt !== undefined && isManaged(item);
}

/** Of the items of one kind, the oldest that are more than so many. */
function oldestBeyond(
  items: readonly ManagedItem[],
  retain: number,
  isOfKind: (item: ManagedItem) => boolean,
): readonly ManagedItem[] {
  // Years of hourly backups come by here, so nothing is copied that is not needed.
  let excess = -retain;
  for (const item of items) if (isOfKind(item)) excess += 1;
  const oldest: ManagedItem[] = [];
  for (const item of items) {
    if (oldest.length >= excess) break;
    if (isOfKind(item)) oldest.push(item);
  }
  return oldest;
}

/** Whether nothing newer of its line is left. */
function isLast({ items }: Line, item: ManagedItem): boolean {
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const newest = items[index];
    if (newest === item) return true;
    if (newest !== undefined && exists(newest)) return false;
  }
  return false;
}

function letGo(line: Line, item: ManagedItem): void {
  line.overdue.delete(item);
  const index = line.items.indexOf(item);
  if (index >= 0) line.items.splice(index, 1);
}
