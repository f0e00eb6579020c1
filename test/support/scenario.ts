/** A simulated account under a policy file, with the real runs on it. */

import { assertOk } from './assert-ok.ts';
import type { PruneRequest, PruneReport } from '../../src/lib/run/prune.ts';
import { runPrune } from '../../src/lib/run/prune.ts';
import { dlmRoles } from '../../src/cli/demo/dlm-roles.ts';
import {
  applyPolicies,
  planPoliciesRun,
  type PoliciesPlan,
  type PoliciesReport,
  type PoliciesRequest,
} from '../../src/lib/run/policies.ts';
import { runBackup, type BackupReport, type BackupRequest } from '../../src/lib/run/backup.ts';
import type { Clients } from '../../src/lib/aws/clients.ts';
import { parsePolicies } from '../../src/lib/policy/parse-policies.ts';
import type { PolicyFile } from '../../src/lib/policy/policy.ts';
import type { RunContext } from '../../src/lib/run/context.ts';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedClock } from '../../src/simulator/clock.ts';
import type { SimulatedOrganisation } from '../../src/simulator/organisation.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** 2026-11-22T03:00:00Z, a Sunday. */
export const START = Date.UTC(2026, 10, 22, 3);

/** An image, a snapshots, a volume and a selecting policy, all in UTC. */
export const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }
  sets: { backup: snapshots, schedule: every 6 hours, keep: { last: 3 } }
  disks: { backup: volume, schedule: every 24 hours, keep: { last: 2 } }
  payments:
    select: { tags: { Team: [payments, ledger-*] }, exclude: { "aws:autoscaling:groupName": ["*"] } }
    backup: snapshots
    schedule: every 12 hours
    keep: { daily: 5 }
retired:
  old: { keep: { last: 1 } }
prune: { schedule: every 6 hours, maxShare: 30% }
`;

export interface ScenarioOptions {
  readonly policies?: string;
  readonly start?: number;
  readonly settings?: Partial<SimulatorSettings>;
  readonly account?: string;
  /** The accounts whose roles it may take on. */
  readonly organisation?: SimulatedOrganisation;
  readonly regions?: readonly string[];
}

export class Scenario {
  readonly clock: SimulatedClock;
  readonly account: SimulatedAccount;
  readonly region: SimulatedRegion;
  readonly #dlmRoles = new Set<string>();
  /** Replaced by a test that edits the policies. */
  file: PolicyFile;

  constructor(options: ScenarioOptions = {}) {
    this.clock = new SimulatedClock(options.start ?? START);
    this.account = new SimulatedAccount({
      clock: this.clock,
      settings: { pageSize: 2, emptyPages: true, throttle: false, ...options.settings },
      ...(options.account !== undefined && { account: options.account }),
      ...(options.regions && { regions: options.regions }),
      ...(options.organisation && { organisation: options.organisation }),
    });
    this.region = this.account.region(options.regions?.[0] ?? 'ap-northeast-2');
    this.file = parse(options.policies ?? POLICIES);
  }

  edit(policies: string): void {
    this.file = parse(policies);
  }

  get clients(): Clients {
    return this.region.clients;
  }

  get context(): RunContext {
    return {
      file: this.file,
      place: { account: this.account.account, region: this.region.name },
      clients: this.clients,
      clock: this.clock,
    };
  }

  /** A backup of a policy, by default of the slot that is now. */
  backup(policy: string, request: Partial<BackupRequest> = {}): Promise<BackupReport> {
    return runBackup({ policy, slot: this.clock.now(), trigger: 'schedule', ...request }, this.context);
  }

  prune(request: PruneRequest = {}): Promise<PruneReport> {
    return runPrune(request, this.context);
  }

  planPolicies(request: PoliciesRequest = {}): Promise<PoliciesPlan> {
    return planPoliciesRun(request, this.context);
  }

  async registerPolicies(request: PoliciesRequest = {}): Promise<PoliciesReport> {
    return applyPolicies(await this.planPolicies(request), this.context);
  }

  /** The roles that a deployment of the file makes for DLM. */
  createDlmRoles(file = this.file): void {
    const place = { account: this.account.account, region: this.region.name, partition: 'aws' };
    for (const role of dlmRoles(file, place)) {
      if (this.#dlmRoles.has(role.name)) this.region.deleteRole(role.name);
      this.#dlmRoles.add(role.name);
      this.region.createRole(role);
    }
  }

  /** Backs a policy up once a period, each backup done before the next. */
  async backupEvery(period: number, times: number, policy: string): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      await this.backup(policy);
      this.clock.advance(period);
    }
  }
}

export function parse(policies: string): PolicyFile {
  const result = parsePolicies(policies);
  assertOk(result);
  return result.file;
}
