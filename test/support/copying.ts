/** Runs in two places of one clock, without the command line: what is made in one is copied to others and pruned there. */

import type { RunContext } from '../../src/lib/run/context.ts';
import type { PruneReport, PruneRequest } from '../../src/lib/run/prune.ts';
import { runPrune } from '../../src/lib/run/prune.ts';
import {
  applyReplicate,
  planReplicateRun,
  type ReplicatePlan,
  type ReplicateReport,
  type ReplicateRequest,
} from '../../src/lib/run/replicate.ts';
import type { CopyVerdict } from '../../src/lib/plan/plan-copies.ts';
import type { Place } from '../../src/lib/policy/policy.ts';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedOrganisation } from '../../src/simulator/organisation.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { Scenario } from './scenario.ts';

export const HOME: Place = { account: '111122223333', region: 'ap-northeast-2' };
export const EAST: Place = { account: HOME.account, region: 'us-east-1' };
export const WEST: Place = { account: HOME.account, region: 'us-west-2' };
export const AWAY: Place = { account: '444455556666', region: 'us-east-1' };
export const AWAY_WEST: Place = { account: AWAY.account, region: 'us-west-2' };

const REGIONS = [HOME.region, EAST.region, WEST.region];

/** One policy of each kind, with these copies, in YAML's flow style. */
export function copiedPolicies(copies: string, keeps = '{ last: 3 }', rest = ''): string {
  return `
version: 1
deployment: test
policies:
  images: { backup: image, schedule: every 24 hours, keep: ${keeps}, copies: ${copies} }
  sets: { backup: snapshots, schedule: every 24 hours, keep: ${keeps}, copies: ${copies} }
  disks: { backup: volume, schedule: every 24 hours, keep: ${keeps}, copies: ${copies} }
prune: { schedule: every 6 hours, maxShare: 100% }
targets:
  - { account: "${HOME.account}", region: ${HOME.region} }
  - { account: "${AWAY.account}", region: ${AWAY.region}, rolePrefix: ec2-backup, copiesOnly: true }
${rest}`;
}

export class Copying {
  readonly scenario: Scenario;
  readonly away: SimulatedAccount;
  /** Places that cannot be entered. */
  readonly closed = new Set<string>();

  constructor(policies: string, settings: Partial<SimulatorSettings> = {}) {
    const organisation = new SimulatedOrganisation();
    this.scenario = new Scenario({ policies, organisation, regions: REGIONS, settings });
    const { clock } = this.scenario;
    const all = { pageSize: 2, emptyPages: true, throttle: false, ...settings };
    this.away = new SimulatedAccount({
      clock,
      account: AWAY.account,
      regions: REGIONS,
      organisation,
      settings: all,
    });
  }

  get clock() {
    return this.scenario.clock;
  }

  region({ account, region }: Place): SimulatedRegion {
    return (account === HOME.account ? this.scenario.account : this.away).region(region);
  }

  contextIn(place: Place, deadline?: number): RunContext {
    const { file, clock } = this.scenario;
    const enter = (there: Place): Promise<RunContext['clients']> =>
      this.closed.has(there.region)
        ? Promise.reject(new Error(`no way into ${there.region}`))
        : Promise.resolve(this.region(there).clients);
    return {
      file,
      clock,
      place,
      clients: this.region(place).clients,
      elsewhere: { home: () => Promise.resolve(HOME), enter },
      ...(deadline !== undefined && { deadline }),
    };
  }

  /** A point of each policy for each of its sources, good when it ends. */
  async backUp(...policies: readonly string[]): Promise<void> {
    for (const policy of policies) await this.scenario.backup(policy);
    this.clock.advance(5 * 60_000);
  }

  plan(to: Place, request: Partial<ReplicateRequest> = {}): Promise<ReplicatePlan> {
    return planReplicateRun({ slot: this.clock.now(), ...request }, this.contextIn(to));
  }

  async copy(to: Place, request: Partial<ReplicateRequest> = {}): Promise<ReplicateReport> {
    return applyReplicate(await this.plan(to, request), this.contextIn(to));
  }

  prune(place: Place, request: PruneRequest = {}): Promise<PruneReport> {
    return runPrune(request, this.contextIn(place));
  }
}

/** How often each status stands in a plan. */
export function statuses(verdicts: readonly CopyVerdict[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of verdicts) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Commands that changed something in a place since the n-th. */
export function changesIn(region: SimulatedRegion, since = 0): string[] {
  return region.calls
    .slice(since)
    .map(({ command }) => command)
    .filter((command) => !/^(Describe|List|Get|Assume)/.test(command));
}
