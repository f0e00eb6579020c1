import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { BenchRow } from './main.ts';
import { startXmlAccount } from './xml-account.ts';

const DAY = 86_400_000;
const VOLUMES = 10_000;
const DAYS = 30;
const LATENCY = 1000;

const POLICIES = `
version: 1
deployment: bench
policies:
  disks: { backup: volume, schedule: every 24 hours, keep: { last: ${DAYS} } }
`;

/** What the command line's process does; then it says how much memory it took. */
const CHILD = `
process.on('exit', () => process.stderr.write(JSON.stringify(process.resourceUsage())));
process.argv.splice(1, 1, 'ec2-backup');
await import(process.env.BENCH_PROGRAM);
`;

/** The built command line asks a local server, which takes a second for each answer, by the real SDK client. */
export async function statusRows(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ec2-backup-bench-'));
  const newest = Math.floor(Date.now() / DAY) * DAY;
  const account = await startXmlAccount({
    volumes: VOLUMES,
    snapshotsAVolume: DAYS,
    newest,
    latency: LATENCY,
  });
  try {
    const policies = join(folder, 'policies.yml');
    await writeFile(policies, POLICIES);
    const start = performance.now();
    const used = await runStatus(account.url, policies);
    const seconds = (performance.now() - start) / 1000;
    return [
      {
        what: `status of ${VOLUMES} volumes and ${VOLUMES * DAYS} snapshots, ${LATENCY / 1000} s a call, half of EC2's quotas: the real SDK client, a local XML server`,
        bound: 'seconds',
        measured:
          `${seconds.toFixed(0)} s, of which ${((used.userCPUTime + used.systemCPUTime) / 1e6).toFixed(0)} s of work; ` +
          `${Math.round(used.maxRSS / 1024)} MB at the most; ${[...account.calls].map(([action, count]) => `${action} ${count}`).join(', ')}`,
      },
    ];
  } finally {
    account.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Used {
  /** μs */
  readonly userCPUTime: number;
  readonly systemCPUTime: number;
  /** KB */
  readonly maxRSS: number;
}

async function runStatus(url: string, policies: string): Promise<Used> {
  const words = ['--input-type=module', '-e', CHILD, 'ec2-backup', 'status', '--policies', policies];
  const child = spawn(process.execPath, words, {
    env: {
      BENCH_PROGRAM: new URL('../dist/ec2-backup.js', import.meta.url).href,
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, used] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (!said.includes(`Total: ${VOLUMES} of ${VOLUMES} sources`))
    throw new Error(`status did not see all that there is: ${said.slice(0, 500)} ${used.slice(0, 500)}`);
  return JSON.parse(used) as Used;
}
