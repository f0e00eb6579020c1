/** What is looked at in the seeds whose policies protect: people, calls, and what there is in the end. */

import type { PolicyFile } from '../../src/lib/policy/policy.ts';
import type { FaultPlan } from '../../src/simulator/faults.ts';
import type { ImageView, SnapshotView } from '../../src/simulator/views.ts';
import { isOurs } from '../support/history.ts';
import { DAY } from '../support/scenario.ts';
import type { Deployment } from './deployment.ts';
import type { Member } from './fleet.ts';
import { Guardians } from './guardians.ts';
import type { Groups } from './ledger.ts';
import { ProtectCalls } from './protect-calls.ts';
import { PARTNER } from './shares.ts';
import { mayStay, wronglyProtected } from './protect-end.ts';
import type { Span } from './trouble.ts';
import type { Wording } from './words.ts';

export interface ProtectionsOptions {
  readonly seed: number;
  readonly deployment: Deployment;
  readonly fileAt: (now: number) => PolicyFile;
  readonly wording: Wording;
  readonly members: readonly Member[];
  readonly span: Span;
  readonly ever: () => Groups;
  /** Besides whom a policy shares with, those that copies go to. */
  readonly copiedTo: readonly string[];
}

export class Protections {
  readonly guardians: Guardians;
  readonly calls: ProtectCalls;
  readonly #options: ProtectionsOptions;
  /** Whom any policy ever named. */
  readonly #named: ReadonlySet<string>;

  constructor(options: ProtectionsOptions) {
    const { seed, deployment, wording, span, fileAt, copiedTo } = options;
    this.#options = options;
    this.guardians = new Guardians(seed, deployment, { span, mayArchive: copiedTo.length === 0 });
    this.calls = new ProtectCalls(options);
    const named = wording.phases.flatMap(({ from }) =>
      fileAt(Math.max(from, span.start)).policies.flatMap(({ share = [] }) => share),
    );
    this.#named = new Set([...named, ...copiedTo, PARTNER]);
  }

  watched(place: string, plan: FaultPlan): FaultPlan {
    return this.calls.watched(place, plan);
  }

  /** Whatever does not hold now. */
  wrong(now: number): string[] {
    return [...this.calls.problems.splice(0), ...this.guardians.lost(), ...this.#strange(now - 2 * DAY)];
  }

  /** `kept`: ids of what the rules keep. */
  atTheEnd({ file, now, kept }: { file: PolicyFile; now: number; kept: ReadonlySet<string> }): string[] {
    return [...this.#strange(-Infinity), ...wronglyProtected(kept, this.#afterAll(file, now))];
  }

  mayStay(place: string, ids: readonly string[], { file, now }: { file: PolicyFile; now: number }): boolean {
    return mayStay(place, ids, this.#afterAll(file, now));
  }

  /** Whether a policy, or somebody, shares it. */
  shares(place: string, { id, tags }: ImageView | SnapshotView, account: string, file: PolicyFile): boolean {
    const policy = file.policies.find(({ name }) => name === tags['ec2-backup:policy']);
    if (this.guardians.hasShared(id, account)) return true;
    return isOurs(tags) && !place.startsWith(`${account}/`) && policy?.share?.includes(account) === true;
  }

  #afterAll(file: PolicyFile, now: number) {
    return { file, now, regions: this.#options.deployment.everywhere, guardians: this.guardians };
  }

  /** Shared with whom no policy ever named; of what was made since. */
  #strange(since: number): string[] {
    return [...this.#options.deployment.everywhere].flatMap(([place, region]) =>
      [...region.images(since), ...region.snapshots(since)].flatMap(({ id, tags, sharedWith }) =>
        sharedWith
          .filter(
            (account) => isOurs(tags) && !this.#named.has(account) && !this.guardians.hasShared(id, account),
          )
          .map((account) => `${place}: ${id} is shared with ${account}, whom no policy ever named`),
      ),
    );
  }
}
