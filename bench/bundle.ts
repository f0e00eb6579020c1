import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildLambdas } from '../scripts/build-lambdas.js';
import type { BenchRow } from './main.ts';

const ROUNDS = 15;
const LOAD =
  'const t = performance.now(); await import(process.argv[1]); process.stdout.write(String(performance.now() - t));';

/** Size of a Lambda's bundle, and how long Node takes to load it, against esbuild's defaults for the same handler. */
export async function bundleRows(): Promise<BenchRow[]> {
  await buildLambdas(pathOf('../policies.yml'));
  await buildWithDefaults();
  const [ours, defaults] = [bundleOf('prune'), pathOf('../dist/bench-default.cjs')];
  const [fast, slow] = [medianLoad(ours), medianLoad(defaults)];
  return [
    {
      what: "a Lambda's bundle (prune; the others are about the same)",
      bound:
        'at most 1.1 MB minified with the SDK in it, loaded in half the time of a bundle with default settings',
      measured:
        `${megabytes(ours)} MB, backup ${megabytes(bundleOf('backup'))} MB, register-policies ` +
        `${megabytes(bundleOf('register-policies'))} MB; loaded in ` +
        `${fast.toFixed(0)} ms, with default settings (${megabytes(defaults)} MB) ${slow.toFixed(0)} ms: ` +
        `${(fast / slow).toFixed(2)} of the time (medians of ${ROUNDS})`,
    },
  ];
}

function bundleOf(name: string): string {
  return pathOf(`../dist/lambda/${name}/index.mjs`);
}

async function buildWithDefaults(): Promise<void> {
  await build({
    entryPoints: [pathOf('../src/handlers/prune.ts')],
    outfile: pathOf('../dist/bench-default.cjs'),
    bundle: true,
    platform: 'node',
    alias: { 'ec2-backup:policies': pathOf('../policies.schema.json') },
    logLevel: 'error',
  });
}

function medianLoad(path: string): number {
  const times = Array.from({ length: ROUNDS }, () =>
    Number(
      execFileSync(process.execPath, ['--input-type=module', '-e', LOAD, path], {
        env: { AWS_REGION: 'us-east-1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
      }),
    ),
  );
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN;
}

function megabytes(path: string): string {
  return (statSync(path).size / 1e6).toFixed(2);
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
