/** What people do to backups that are protected: they lock, unlock, enable, hold, archive, share and take back. */

import { RestoreSnapshotTierCommand } from '@aws-sdk/client-ec2';
import { SimulatedServiceError } from '../../src/simulator/errors.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { ImageView, SnapshotView } from '../../src/simulator/views.ts';
import { isOurs } from '../support/history.ts';
import { DAY, HOUR } from '../support/scenario.ts';
import type { Deployment } from './deployment.ts';
import { SEEN_WITHIN } from './protect-calls.ts';
import { Random } from './random.ts';
import { wasDisabled } from './shares.ts';
import type { Span } from './trouble.ts';

/** Between two things that people do. */
const REST = 16 * HOUR;
/** Nobody saves an AMI in the last minutes: docs/protect.md. */
const IN_TIME = 3 * HOUR;
const STRANGER = '888877776666';

interface Done {
  readonly region: SimulatedRegion;
  readonly id: string;
}

interface Ending extends Done {
  /** Until then it must stay. */
  readonly isSaved: boolean;
  readonly until: number;
  readonly end: () => void;
}

export class Guardians {
  /** AMIs that somebody has enabled again, and not let go of. */
  readonly #enabled: Done[] = [];
  readonly #endings: Ending[] = [];
  readonly #shared: Done[] = [];
  readonly #random: Random;
  readonly #deployment: Deployment;
  readonly #span: Span;
  readonly #mayArchive: boolean;
  #next: number;

  constructor(
    seed: number,
    deployment: Deployment,
    { span, mayArchive }: { span: Span; mayArchive: boolean },
  ) {
    this.#random = new Random(seed, 'guardians');
    this.#deployment = deployment;
    this.#span = span;
    this.#mayArchive = mayArchive;
    this.#next = span.start + this.#random.upTo(REST);
  }

  /** What is due by now. Answers when something is due next. */
  act(): number {
    const now = this.#deployment.clock.now();
    for (const ending of this.#endings.filter(({ until }) => until <= now)) {
      if (ending.region.has(ending.id)) ending.end();
      this.#endings.splice(this.#endings.indexOf(ending), 1);
    }
    while (this.#next <= now) {
      this.#next += HOUR + this.#random.upTo(REST);
      if (now < this.#span.peace) this.#doOne();
    }
    return Math.min(this.#next, ...this.#endings.map(({ until }) => until));
  }

  /** What somebody saved, or shared, and is no more: a line each. */
  lost(): string[] {
    const saved = this.#endings.filter(({ isSaved }) => isSaved);
    const gone = [...this.#enabled, ...saved].filter(({ region, id }) => !region.has(id));
    return [
      ...gone.map(({ id }) => `${id} was saved by somebody, and is gone`),
      ...this.#enabled
        .filter(({ region, id }) => region.image(id)?.state === 'disabled')
        .map(({ id }) => `${id} was enabled by somebody, and is disabled again`),
      ...this.#shared
        .filter((one) => !isShared(one))
        .map(({ id }) => `${id} was shared with ${STRANGER} by hand, and is no longer`),
    ];
  }

  /** Whether somebody has saved it for good. */
  hasSaved(id: string): boolean {
    return this.#enabled.some((one) => one.id === id);
  }

  /** Whether it was by hand. */
  hasShared(id: string, account: string): boolean {
    return account === STRANGER && this.#shared.some((one) => one.id === id);
  }

  #doOne(): void {
    const [first, ...others] = this.#deployment.regions.values();
    if (!first) return;
    const region = this.#random.pick([first, ...others]);
    const act = this.#random.pick<(region: SimulatedRegion) => void>([
      this.#lock,
      this.#lock,
      this.#unlock,
      this.#enable,
      this.#enable,
      this.#letGo,
      this.#hold,
      this.#hold,
      this.#protect,
      this.#share,
      this.#takeBack,
      this.#deprecate,
      ...(this.#mayArchive ? [this.#archive, this.#restore] : []),
    ]);
    try {
      act(region);
    } catch (error) {
      // The console says no, and why.
      if (!(error instanceof SimulatedServiceError)) throw error;
    }
  }

  readonly #lock = (region: SimulatedRegion): void => {
    const now = this.#deployment.clock.now();
    const expiresOn = now + DAY + this.#random.upTo(4 * DAY);
    const mode = this.#random.pick(['governance', 'governance', 'compliance'] as const);
    const id = this.#pick(ours(region.snapshots()).filter(({ state }) => state === 'completed'));
    const isLonger = id !== undefined && (region.protecting.lockOf(id)?.expiresOn ?? 0) < expiresOn;
    if (!isLonger || expiresOn > this.#span.peace) return;
    region.protecting.lock({ SnapshotId: id, LockMode: mode, ExpirationDate: new Date(expiresOn) });
  };

  readonly #unlock = (region: SimulatedRegion): void => {
    const id = this.#pick(ours(region.snapshots()).filter(({ isLocked }) => isLocked));
    if (id !== undefined) region.protecting.unlock(id);
  };

  readonly #enable = (region: SimulatedRegion): void => {
    const id = this.#pick(this.#setAside(region));
    if (id === undefined) return;
    region.enableImage(id);
    this.#enabled.push({ region, id });
  };

  /** Of what was enabled: without its tag it goes as all do. */
  readonly #letGo = (): void => {
    const chosen = this.#random.pick([undefined, ...this.#enabled]);
    if (!chosen) return;
    this.#enabled.splice(this.#enabled.indexOf(chosen), 1);
    chosen.region.untag(chosen.id, 'ec2-backup:disabled');
  };

  readonly #hold = (region: SimulatedRegion): void => {
    const id = this.#pick(this.#setAside(region).filter((one) => !('Backup:Hold' in one.tags)));
    if (id === undefined) return;
    region.tag(id, 'Backup:Hold', 'audit');
    this.#until({ region, id, isSaved: true, end: () => region.untag(id, 'Backup:Hold') });
  };

  readonly #protect = (region: SimulatedRegion): void => {
    const fresh = ours(region.images(this.#deployment.clock.now() - DAY));
    const id = this.#pick(fresh.filter(({ isProtected, state }) => !isProtected && state === 'available'));
    if (id === undefined) return;
    region.protectImage(id, 'enabled-without-cooldown');
    // A policy that protects lifts it, too.
    this.#until({ region, id, isSaved: false, end: () => region.unprotectImage(id) });
  };

  readonly #share = (region: SimulatedRegion): void => {
    const fresh = ours([...region.images(this.#deployment.clock.now() - DAY)]);
    const id = this.#pick(fresh.filter(({ state }) => state === 'available'));
    const image = region.image(id ?? '');
    if (id === undefined || !image || this.hasShared(id, STRANGER)) return;
    region.protecting.shareImage(id, [...image.sharedWith, STRANGER]);
    this.#shared.push({ region, id });
  };

  /** Of what we have shared, all of it: the policy says otherwise. */
  readonly #takeBack = (region: SimulatedRegion): void => {
    const shared = ours(region.snapshots()).filter(({ tags }) => 'ec2-backup:shared' in tags);
    const id = this.#pick(shared.filter(({ sharedWith }) => sharedWith.length > 0));
    if (id !== undefined && this.#mayArchive) region.protecting.shareSnapshot(id, []);
  };

  readonly #deprecate = (region: SimulatedRegion): void => {
    const id = this.#pick(ours(region.images()).filter(({ deprecatedAt }) => deprecatedAt !== undefined));
    if (id !== undefined) region.protecting.deprecate(id, undefined);
  };

  readonly #archive = (region: SimulatedRegion): void => {
    const sets = ours(region.snapshots()).filter(
      ({ state, imageIds, tags }) =>
        state === 'completed' && imageIds.length === 0 && tags['ec2-backup:kind'] !== 'image',
    );
    const id = this.#pick(sets);
    if (id !== undefined) region.protecting.archive(id);
  };

  readonly #restore = (region: SimulatedRegion): void => {
    const id = this.#pick(ours(region.snapshots()).filter(({ tier }) => tier === 'archive'));
    if (id === undefined) return;
    const asked = region.ec2.send(
      new RestoreSnapshotTierCommand({ SnapshotId: id, TemporaryRestoreDays: 1 }),
    );
    // An outage is everybody's.
    asked.catch(() => undefined);
  };

  #until(ending: Omit<Ending, 'until'>): void {
    const now = this.#deployment.clock.now();
    this.#endings.push({ ...ending, until: Math.min(now + this.#random.upTo(6 * DAY), this.#span.peace) });
  }

  /** Disabled by us, for some hours, and with some left: whatever a policy says, none goes on the day it was disabled. */
  #setAside(region: SimulatedRegion): ImageView[] {
    const now = this.#deployment.clock.now();
    // Prunes are at six o'clock.
    const toPrune = (6 * HOUR - (now % DAY) + DAY) % DAY;
    if (toPrune < IN_TIME || toPrune > DAY - HOUR) return [];
    return ours(region.images()).filter(({ id, state, tags }) => {
      const since = Date.parse(tags['ec2-backup:disabled'] ?? '');
      const isFree = !this.#endings.some((one) => one.id === id) && !this.hasSaved(id);
      return state === 'disabled' && isFree && since < now - SEEN_WITHIN;
    });
  }

  #pick(items: readonly (ImageView | SnapshotView)[]): string | undefined {
    const [first, ...rest] = items;
    return first && this.#random.pick([first, ...rest]).id;
  }
}

function ours<T extends ImageView | SnapshotView>(items: readonly T[]): T[] {
  return items.filter(({ tags }) => isOurs(tags) && !('ec2-backup:rehearsal' in tags));
}

/** Or gone, or disabled meanwhile, which takes all permissions away for good, also when it is enabled again. */
function isShared({ region, id }: Done): boolean {
  const image = region.image(id);
  return !image || wasDisabled(region, id) || image.sharedWith.includes(STRANGER);
}
