import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildLambdas } from '../scripts/build-lambdas.js';
import type { BenchRow } from './main.ts';
import { startXmlAccount } from './xml-account.ts';

const DAY = 86_400_000;
// Few volumes: each deletion waits for its token of EC2's quota, in real time.
const VOLUMES = 250;
const KEPT = 399;

const POLICIES = `
version: 1
deployment: bench
policies:
  disks: { backup: volume, schedule: every 24 hours, keep: { last: ${KEPT} } }
limits: { share: 100% }
`;

/** What Lambda starts node with in a function of 256 MB: 90 % of it for old objects, 5 % for new ones. */
const LAMBDA_FLAGS = ['--max-old-space-size=230', '--max-semi-space-size=12'];

/** What a Lambda's process does: load the bundle, run the handler; then it says how much memory it took. */
const CHILD = `
const { handler } = await import(process.argv[1]);
const answer = await handler({});
process.stderr.write(JSON.stringify({ counts: answer.counts, kilobytes: process.resourceUsage().maxRSS }));
`;

/** The bundled Lambda prunes an account of 100,000 snapshots through the real SDK client over HTTP. */
export async function memoryRows(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ec2-backup-bench-'));
  const policies = join(folder, 'policies.yml');
  await writeFile(policies, POLICIES);
  await buildLambdas(policies);
  const newest = Math.floor(Date.now() / DAY) * DAY;
  const account = await startXmlAccount({ volumes: VOLUMES, snapshotsAVolume: KEPT + 1, newest });
  try {
    const { counts, kilobytes } = await runPrune(account.url);
    return [
      {
        what: `memory of a prune over ${VOLUMES * (KEPT + 1)} snapshots: the bundled Lambda, the real SDK client, a local XML server`,
        bound: 'under 256 MB resident',
        measured: `${Math.round(kilobytes / 1024)} MB at the most, ${counts.done} snapshots deleted, with Lambda's flags for 256 MB (${LAMBDA_FLAGS.join(' ')})`,
      },
    ];
  } finally {
    account.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface ChildAnswer {
  readonly counts: { readonly done: number };
  readonly kilobytes: number;
}

async function runPrune(url: string): Promise<ChildAnswer> {
  const bundle = new URL('../dist/lambda/prune/index.mjs', import.meta.url);
  const child = spawn(process.execPath, [...LAMBDA_FLAGS, '--input-type=module', '-e', CHILD, bundle.href], {
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = await text(child.stderr);
  try {
    return JSON.parse(said) as ChildAnswer;
  } catch (cause) {
    throw new Error(`the pruning process said no figures but: ${said.slice(0, 500)}`, { cause });
  }
}
