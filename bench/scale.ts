import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../src/cli/program.ts';
import { reportPage } from '../src/lib/report/report-html.ts';
import type { Shell } from '../src/cli/shell.ts';
import { largeFleet } from '../test/support/large-fleet.ts';
import { simulatedConnect } from '../test/support/environment.ts';
import type { BenchRow } from './main.ts';
import { SCALE_POLICIES, scaleAccount, type Scale, type ScaleAccount } from './scale-account.ts';

const SCALE: Scale = { sources: 10_000, days: 30, latency: 1000 };

/** Commands that look, as somebody types them, on a very large simulated account that takes a second for each call. */
export async function scaleRows(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ec2-backup-bench-'));
  try {
    const policies = join(folder, 'policies.yml');
    await writeFile(policies, SCALE_POLICIES);
    const there = scaleAccount(SCALE);
    const rows: BenchRow[] = [];
    for (const name of ['audit', 'handover']) {
      const measured = await measure([name, '--policies', policies], there);
      rows.push({ what: whatOf(name), bound: 'minutes at most', measured });
    }
    return [...rows, reportRow()];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function whatOf(name: string): string {
  const { sources, days, latency } = SCALE;
  return `${name} of ${sources} instances and ${sources * days} AMIs, ${latency / 1000} s a call, half of EC2's quotas`;
}

/** The page alone: what it shows is read in the time of a status. */
function reportRow(): BenchRow {
  const { sources, days } = SCALE;
  const facts = largeFleet({ sources, days });
  const start = performance.now();
  const page = reportPage(facts, undefined);
  const seconds = (performance.now() - start) / 1000;
  return {
    what: `report of ${sources} sources and ${sources * days} backups, once they are read`,
    bound: 'under 10 MB',
    measured: `${(Buffer.byteLength(page) / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s`,
  };
}

/** Seconds of the simulated clock, which a call takes but no work; and those of this machine, the simulated account's included. */
async function measure(words: readonly string[], { clock, account, region }: ScaleAccount): Promise<string> {
  const [before, start, calls] = [clock.now(), process.cpuUsage(), region.calls.length];
  const said: string[] = [];
  const shell: Shell = {
    out: () => undefined,
    note: (text) => said.push(text),
    interactive: false,
    isScreen: false,
    isRead: () => true,
    screenSize: () => undefined,
    paint: { bold: same, dim: same, good: same, bad: same, warn: same },
    policiesPath: '',
    clock,
    connect: () => {
      const { clients } = region;
      const answer = (): Promise<typeof clients> => Promise.resolve(clients);
      const at = simulatedConnect({ home: account });
      return Promise.resolve({ region: region.name, clients, at, deployment: answer, blocks: answer });
    },
    confirm: () => Promise.resolve(false),
    progress: () => ({ update: () => undefined, stop: () => undefined }),
    readInput: () => Promise.resolve(''),
  };
  const code = await runCommandLine(words, shell);
  if (code !== 0 && code !== 3)
    throw new Error(`${words.join(' ')} ended with ${code}: ${said.join('\n').slice(0, 500)}`);
  const waited = (clock.now() - before) / 1000;
  const { user, system } = process.cpuUsage(start);
  const worked = (user + system) / 1e6;
  const counts = new Map<string, number>();
  for (const { command } of region.calls.slice(calls)) counts.set(command, (counts.get(command) ?? 0) + 1);
  const told = [...counts].sort((a, b) => b[1] - a[1]).map(([command, count]) => `${command} ${count}`);
  return `${waited.toFixed(0)} s of waiting for EC2, ${worked.toFixed(0)} s of work with the simulated account's own; ${told.slice(0, 4).join(', ')}`;
}

const same = (text: string): string => text;
