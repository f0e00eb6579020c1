import type { CallRecord } from '../src/simulator/dispatcher.ts';
import type { Invocation } from '../src/simulator/stack-functions.ts';
import { loadedAccounts, type Fleet, type Load } from './load-account.ts';
import type { BenchRow } from './main.ts';

const HOUR = 3_600_000;
const FLEET: Fleet = { instances: 2500, days: 30, latency: 2000, share: 0.5 };
/** EC2's refill of CreateSnapshots and of DeleteSnapshot, a second. */
const REFILL = 5;
const GIGABYTES = 0.5;
/** Seconds without a creating call that only lie between two rounds. */
const PAUSE = 10;

/** A day of a large fleet in virtual time: its backup at three, prunes every six hours, one watch. */
export async function loadRows(): Promise<BenchRow[]> {
  const load = loadedAccounts(FLEET);
  await load.stack.run(13 * HOUR);
  const what = `${4 * FLEET.instances} instances, ${4 * FLEET.instances * FLEET.days} snapshots, 4 places, share ${FLEET.share * 100} %, ${FLEET.latency / 1000} s a call`;
  const calls = load.places.map((place) => place.calls.filter(({ service }) => service === 'ec2'));
  return [
    callsRow(what, calls.flat()),
    timeRow(calls),
    { what: 'of all that day: throttled calls', bound: 'none', measured: String(throttled(calls.flat())) },
    lambdaRow(load),
  ];
}

function callsRow(what: string, calls: readonly CallRecord[]): BenchRow {
  const backup = calls.filter(({ at }) => hourOf(at) >= 3 && hourOf(at) < 6);
  const creating = backup.filter(({ command }) => command.startsWith('Create')).length;
  return {
    what: `EC2 calls of a backup of ${what}`,
    bound: `${4 * FLEET.instances} creating calls, plus the pages of the lists`,
    measured: `${creating} creating calls, ${backup.length - creating} pages`,
  };
}

function timeRow(calls: readonly (readonly CallRecord[])[]): BenchRow {
  const allowed = FLEET.instances / (REFILL * FLEET.share);
  const spans = calls.map((ofPlace) => {
    const at = ofPlace.filter(({ command }) => command === 'CreateSnapshots').map((call) => call.at / 1000);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? time));
    const pauses = gaps.filter((gap) => gap > PAUSE).reduce((sum, gap) => sum + gap, 0);
    const [first = 0, last = 0] = [at[0], at.at(-1)];
    return { making: last - first - pauses, pauses, end: last * 1000 };
  });
  const slowest = spans.reduce((worst, span) => (span.end > worst.end ? span : worst));
  return {
    what: 'of that backup: virtual time in the slowest place',
    bound: `${Math.round(allowed)} s is what the share allows, 5 % more at most`,
    measured:
      `${Math.round(slowest.making)} s of creating calls (${percent(slowest.making, allowed)}), ${Math.round(slowest.pauses)} s ` +
      `between its rounds; the last call at ${new Date(slowest.end).toISOString().slice(11, 19)} for the slot of 03:00`,
  };
}

function lambdaRow({ stack }: Load): BenchRow {
  const secondsOf = (job: string, from: number, to: number): number =>
    stack.invocations
      .filter(
        (one) =>
          one.functionId === `${job}Function` && hourOf(one.startedAt) >= from && hourOf(one.startedAt) < to,
      )
      .reduce((sum, { startedAt, endedAt }) => sum + (endedAt - startedAt) / 1000, 0);
  const backup = secondsOf('backup', 3, 6);
  // What the night's backup pushed out goes at six; at twelve there is nothing to delete.
  const [pruning, idle] = [secondsOf('prune', 6, 12), secondsOf('prune', 12, 13)];
  const watch = secondsOf('watch', 12, 13);
  const month = GIGABYTES * 30 * (backup + pruning + 3 * idle + 24 * watch);
  const rounds = (job: string): string => String(Math.ceil((count(stack.invocations, job) - 1) / 4));
  return {
    what: 'of Lambdas with 512 MB, prunes every 6 hours and a watch every hour',
    bound: 'no run ends by its timeout',
    measured:
      `${stack.invocations.filter(({ outcome }) => outcome !== 'done').length} ended badly; ` +
      `${rounds('backup')} rounds of the backup in each place; a backup ${Math.round(backup)} s, a prune ${Math.round(pruning)} s ` +
      `(${Math.round(idle)} s with nothing to delete), a watch ${Math.round(watch)} s of all places together: ${Math.round(month)} GB-seconds a month`,
  };
}

function count(invocations: readonly Invocation[], job: string): number {
  return invocations.filter(({ functionId }) => functionId === `${job}Function`).length;
}

function throttled(calls: readonly CallRecord[]): number {
  return calls.filter(({ outcome }) => outcome === 'RequestLimitExceeded').length;
}

function hourOf(at: number): number {
  return new Date(at).getUTCHours();
}

function percent(value: number, of: number): string {
  return `${value >= of ? '+' : ''}${((value / of - 1) * 100).toFixed(1)} %`;
}
