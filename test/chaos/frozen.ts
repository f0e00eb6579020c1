/** What must hold of instances that are told of their backups: none stands frozen, and what the tags say is so. */

import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { AUTO_THAW, type Freeze } from '../../src/simulator/ssm-guests.ts';
import type { Invocation } from '../../src/simulator/stack-functions.ts';
import { HOUR, MINUTE } from '../support/scenario.ts';
import type { Deployment } from './deployment.ts';
import type { FaultLog } from './fault-log.ts';
import type { Guests } from './guests.ts';
import { isOriginal } from './ledger.ts';
import type { Tellings } from './tellings.ts';
import type { Hooking } from './words.ts';

/** From a pre-script's end to the post-script's, where nothing goes wrong: a look, the call, and the script. */
const BRIEF = 25_000;
/** From the sending of a pre-script to that of its post-script, which may wait for the end of the first. */
const FOLLOWED_WITHIN = 3 * MINUTE;
/** Nothing is in the making for longer. */
const LONGEST = 3 * HOUR;

/** A backup of a policy with hooks. */
interface Made {
  readonly place: string;
  readonly policy: string;
  readonly source: string;
  readonly slot: string;
  readonly at: number;
  readonly consistency: string;
}

export interface FrozenOptions {
  readonly deployment: Deployment;
  readonly hooking: Hooking;
  readonly guests: Guests;
  readonly faults: FaultLog;
  readonly tellings: Tellings;
}

export class Frozen {
  readonly #options: FrozenOptions;
  /** By AMI or snapshot. */
  readonly #made = new Map<string, Made>();
  #since = -Infinity;

  constructor(options: FrozenOptions) {
    this.#options = options;
  }

  /** Adds what was made since the last time. */
  write(now: number): void {
    const { deployment, hooking } = this.#options;
    for (const [place, region] of deployment.regions) {
      const parts = [
        ...region.images(this.#since).map(({ id, tags, createdAt: at }) => ({ id, tags, at })),
        ...region.snapshots(this.#since).map(({ id, tags, startedAt: at }) => ({ id, tags, at })),
      ];
      for (const { id, tags, at } of parts.filter((part) => isOriginal(part.tags))) {
        const [policy = '', source = '', slot = '', consistency = ''] = [
          ...['policy', 'source', 'slot', 'consistency'].map((mark) => tags[`ec2-backup:${mark}`]),
        ];
        if ([...hooking.of].some((name) => name === policy))
          this.#made.set(id, { place, policy, source, slot, at, consistency });
      }
    }
    this.#since = now - LONGEST;
  }

  atTheEnd(now: number): string[] {
    this.write(now);
    return [
      ...[...this.#options.deployment.regions].flatMap(([place, region]) => this.#standing(place, region)),
      ...[...this.#made].flatMap(([id, made]) =>
        this.#untrue(made).map((problem) => `${made.place}: ${id} ${problem}`),
      ),
    ];
  }

  #standing(place: string, region: SimulatedRegion): string[] {
    const runs = region.hooks.runs();
    const ids = [...new Set(runs.map(({ instanceId }) => instanceId))];
    const ofFreezes = ids.flatMap((id) => [
      ...(region.hooks.frozenSince(id) === undefined ? [] : [`${id} is left frozen`]),
      ...region.hooks.freezes(id).flatMap((freeze) => this.#tooLong(id, freeze)),
    ]);
    const unfollowed = runs.filter(({ stage, instanceId, executionId, sentAt }) => {
      if (stage !== 'pre-script' || this.#isDisturbed(instanceId, sentAt, sentAt + FOLLOWED_WITHIN))
        return false;
      return !runs.some(
        (run) =>
          run.stage === 'post-script' &&
          run.instanceId === instanceId &&
          run.executionId === executionId &&
          run.sentAt > sentAt &&
          run.sentAt <= sentAt + FOLLOWED_WITHIN,
      );
    });
    return [
      ...ofFreezes,
      ...unfollowed.map(
        ({ instanceId: id, sentAt }) => `${id} was frozen at ${timeOf(sentAt)}, and not thawed`,
      ),
    ].map((problem) => `${place}: ${problem}`);
  }

  #tooLong(id: string, { from, to, by }: Freeze): string[] {
    const seconds = (to - from) / 1000;
    const told = `${id} stood frozen for ${seconds} s from ${timeOf(from)}`;
    if (to - from > AUTO_THAW) return [told];
    if (this.#isDisturbed(id, from - MINUTE, to + MINUTE)) return [];
    if (by === 'auto-thaw') return [`${told}, until it thawed by itself`];
    return to - from > BRIEF ? [`${told}, and nothing had gone wrong`] : [];
  }

  /** What the tag says, against what the file systems were like when the backup was made. */
  #untrue(made: Made): string[] {
    const { deployment, hooking, tellings } = this.#options;
    const { place, policy, source, slot, at, consistency } = made;
    const freezes = deployment.regions.get(place)?.hooks.freezes(source) ?? [];
    const wasFrozen = freezes.some(({ from, to }) => from <= at && at <= to);
    const of = `of ${source}, made at ${timeOf(at)},`;
    const isDisturbed = this.#isDisturbed(source, at - 3 * MINUTE, at + MINUTE);
    switch (consistency) {
      case 'application': {
        // The tag is set by the creating call, and cannot be corrected: it is told instead.
        const isTold = tellings.warns(`${place} ${policy} ${source} ${Date.parse(slot)}`) || this.#died(at);
        return wasFrozen || (isTold && isDisturbed)
          ? []
          : [`${of} says application, and the instance was not frozen`];
      }
      case 'crash': {
        if (hooking.skips) return [`${of} is only crash-consistent, which its policy skips`];
        return isDisturbed ? [] : [`${of} is only crash-consistent, and nothing had gone wrong`];
      }
      default:
        return [`${of} says ${consistency || 'nothing'} of its consistency`];
    }
  }

  /** Whether the instance, a call about it, or a run had trouble in between. */
  #isDisturbed(id: string, from: number, to: number): boolean {
    const { guests, faults } = this.#options;
    const isFault = faults
      .between(from, to)
      .some(
        ({ functionId, command, kind }) =>
          (functionId === undefined || functionId === 'BackupLambdaFunction') &&
          (kind === 'die' || TELLING.test(command)),
      );
    return guests.isTroubled(id, from, to) || isFault || this.#died(to) || this.#died(from);
  }

  #died(at: number): boolean {
    return this.#options.deployment.stack.invocations.some(
      (run) => isBroken(run) && run.startedAt <= at && run.endedAt >= at - 3 * MINUTE,
    );
  }
}

const TELLING =
  /^(?:SendCommand|GetCommandInvocation|Create(?:Image|Snapshots)|DescribeInstanceInformation)$/;

function isBroken({ functionId, outcome }: Invocation): boolean {
  return functionId === 'BackupLambdaFunction' && outcome !== 'done' && outcome !== 'failed';
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
