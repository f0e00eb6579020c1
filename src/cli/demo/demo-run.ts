/** Runs the real jobs on the simulated account, happening by happening, and notes what they did. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PrunePlan, Refusal } from '../../lib/plan/plan-prune.ts';
import type { PointVerdict } from '../../lib/plan/point-verdicts.ts';
import type { Skipped } from '../../lib/plan/actions.ts';
import type { PolicyFile } from '../../lib/policy/policy.ts';
import { wallClock } from '../../lib/policy/time-zone.ts';
import { runBackup } from '../../lib/run/backup.ts';
import type { RunContext } from '../../lib/run/context.ts';
import { driftText, type LifecycleAction } from '../../lib/plan/plan-lifecycle.ts';
import { isFailure, type LifecycleOutcome, type Outcome } from '../../lib/run/outcome.ts';
import { applyPolicies, planPoliciesRun } from '../../lib/run/policies.ts';
import { planPruneRun, runPrune } from '../../lib/run/prune.ts';
import { SimulatedAccount } from '../../simulator/account.ts';
import { SimulatedClock } from '../../simulator/clock.ts';
import { dlmRoles } from './dlm-roles.ts';
import { dlmRows, type DlmRow } from './dlm-rows.ts';
import { buildFleet, type Fleet } from './fleet.ts';
import type { DemoWorld } from './story.ts';
import { timeline, type Happening } from './timeline.ts';

const DAY = 86_400_000;

/** What happened on one day of the policy file's zone. */
export interface DemoDay {
  /** From 1. */
  readonly number: number;
  readonly date: string;
  /** Recovery points made, by policy. */
  readonly made: Map<string, number>;
  /** Recovery points deleted, by policy. */
  readonly pruned: Map<string, number>;
  readonly notes: string[];
}

export interface DemoResult {
  readonly days: readonly DemoDay[];
  readonly fleet: Fleet;
  readonly calls: number;
  /** Everything that exists at the end, judged. */
  readonly end: PrunePlan;
  readonly now: number;
  /** Points deleted, by policy and reason. */
  readonly pruned: ReadonlyMap<string, number>;
  readonly refused: readonly Refusal[];
  readonly skipped: readonly Skipped[];
  readonly failures: readonly (Outcome | LifecycleOutcome)[];
  readonly dlm: readonly DlmRow[];
}

export interface DemoOrder {
  readonly file: PolicyFile;
  /** ms; a local midnight makes whole days. */
  readonly start: number;
  readonly days: number;
  readonly onDay: (day: DemoDay) => void;
}

interface Notebook {
  readonly pruned: Map<string, number>;
  readonly refused: Map<string, Refusal>;
  readonly skipped: Map<string, Skipped>;
  readonly failures: (Outcome | LifecycleOutcome)[];
}

export async function runDemo({ file, start, days, onDay }: DemoOrder): Promise<DemoResult> {
  const clock = new SimulatedClock(start);
  const account = new SimulatedAccount({ clock });
  const region = account.region('ap-northeast-2');
  const world: DemoWorld = { region, file, fleet: buildFleet(region, file) };
  const place = { account: account.account, region: region.name, partition: 'aws' };
  for (const role of dlmRoles(file, place)) region.createRole(role);
  const contextNow = (): RunContext => ({
    file: world.file,
    place: { account: account.account, region: region.name },
    clients: region.clients,
    clock,
  });
  const notebook: Notebook = { pruned: new Map(), refused: new Map(), skipped: new Map(), failures: [] };
  const happenings = timeline(file, start, start + days * DAY);
  const done: DemoDay[] = [];
  for (let number = 1; number <= days; number += 1) {
    const dayEnd = start + number * DAY;
    const day = newDay(number, dayEnd - DAY, file.timezone);
    while (happenings[0] && happenings[0].at < dayEnd) {
      const happening = happenings.shift();
      if (!happening) break;
      clock.set(Math.max(happening.at, clock.now()));
      await happen(happening, { world, context: contextNow(), day, notebook });
    }
    onDay(day);
    done.push(day);
    // Lets what was printed reach the screen.
    await nextTurn();
  }
  clock.set(Math.max(start + days * DAY, clock.now()));
  return {
    days: done,
    fleet: world.fleet,
    calls: region.calls.length,
    end: await planPruneRun({}, contextNow()),
    now: clock.now(),
    pruned: notebook.pruned,
    refused: [...notebook.refused.values()],
    skipped: [...notebook.skipped.values()],
    failures: notebook.failures,
    dlm: dlmRows(region),
  };
}

interface Scene {
  readonly world: DemoWorld;
  readonly context: RunContext;
  readonly day: DemoDay;
  readonly notebook: Notebook;
}

async function happen(happening: Happening, scene: Scene): Promise<void> {
  if (happening.what === 'event') {
    const told = happening.event.act(scene.world);
    if (told !== undefined) scene.day.notes.push(told);
  } else if (happening.what === 'backup') {
    await backUp(happening.policy, happening.slot, scene);
  } else if (happening.what === 'register') {
    await register(scene);
  } else {
    await prune(scene);
  }
}

async function backUp(policy: string, slot: number, { context, day, notebook }: Scene): Promise<void> {
  const { plan, outcomes } = await runBackup({ policy, slot, trigger: 'schedule' }, context);
  count(day.made, policy, outcomes.filter(({ status }) => status === 'done').length);
  noteFailures(outcomes, day, notebook);
  for (const skipped of [...plan.tagProblems, ...plan.skipped]) {
    notebook.skipped.set(`${skipped.id} ${skipped.reason}`, skipped);
  }
}

async function prune({ context, day, notebook }: Scene): Promise<void> {
  const { plan, outcomes } = await runPrune({}, context);
  for (const { point, verdict } of plan.verdicts) {
    if (verdict.decision === 'prune') notePruned({ point, verdict }, day, notebook);
  }
  noteFailures(outcomes, day, notebook);
  for (const refusal of plan.refused) {
    // Each later run refuses it again: told once.
    if (!notebook.refused.has(refusal.policy))
      day.notes.push(`prune of ${refusal.policy} refused: ${refusal.reason}`);
    notebook.refused.set(refusal.policy, notebook.refused.get(refusal.policy) ?? refusal);
  }
}

async function register({ context, day, notebook }: Scene): Promise<void> {
  const { plan, outcomes } = await applyPolicies(await planPoliciesRun({}, context), context);
  for (const action of plan.actions) day.notes.push(`register-policies: ${lifecycleNote(action)}`);
  for (const { policy, reason } of plan.refused)
    day.notes.push(`register-policies: ${policy} refused: ${reason}`);
  noteFailures(outcomes, day, notebook);
}

function lifecycleNote(action: LifecycleAction): string {
  switch (action.action) {
    case 'create-lifecycle-policy':
      return `${action.policy} is registered in DLM`;
    case 'update-lifecycle-policy':
      return `${action.policy} is put right: ${action.drift.map(driftText).join('; ')}`;
    case 'delete-lifecycle-policy':
      return `${action.policy} is deleted: ${action.reason}`;
  }
}

function notePruned({ point, verdict }: PointVerdict, day: DemoDay, { pruned }: Notebook): void {
  count(day.pruned, point.policy, 1);
  count(pruned, `${point.policy}: ${verdict.reasons.join('; ')}`, 1);
}

function noteFailures(
  outcomes: readonly (Outcome | LifecycleOutcome)[],
  day: DemoDay,
  { failures }: Notebook,
): void {
  for (const outcome of outcomes.filter(isFailure)) {
    failures.push(outcome);
    day.notes.push(`${outcome.action} ${outcome.id}: ${outcome.error ?? outcome.status}`);
  }
}

function newDay(number: number, start: number, zone: string): DemoDay {
  const date = new Date(wallClock(zone, start)).toISOString().slice(0, 10);
  return { number, date, made: new Map(), pruned: new Map(), notes: [] };
}

function count(counts: Map<string, number>, key: string, by: number): void {
  if (by > 0) counts.set(key, (counts.get(key) ?? 0) + by);
}
