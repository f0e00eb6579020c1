// Bundles each Lambda with the SDK in it and the policy file compiled to JSON, ready to be zipped.
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url);

/** Handlers are the files of src/handlers that export `handler`. */
export const FUNCTIONS = [
  'backup',
  'replicate',
  'prune',
  'register-policies',
  'watch',
  'digest',
  'rehearse',
  'protect',
];

/**
 * Lambda gives a function its credentials in the environment, where the SDK looks first. The other ways to find some are
 * imported only when they are tried: they stay outside, with the clients that they bring along.
 */
const NEVER_TRIED = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/** Bundles into dist/lambda/<function>/index.mjs; answers the compiled policy file, or throws with its problems. */
export async function buildLambdas(policiesPath) {
  const compiled = await compiledPolicies(policiesPath);
  for (const remark of compiled.remarks) console.warn(`take note: ${remark}`);
  const outdir = new URL('dist/lambda/', root);
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: Object.fromEntries(FUNCTIONS.map((name) => [`${name}/index`, `src/handlers/${name}.ts`])),
    outdir: fileURLToPath(outdir),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Their ES modules: esbuild drops what is not used, which it cannot do with CommonJS.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    external: NEVER_TRIED,
    legalComments: 'none',
    plugins: [policiesPlugin(compiled.file)],
    logLevel: 'warning',
  });
  return compiled;
}

/** Parses and validates the policy file with the product's own code. */
export async function compiledPolicies(policiesPath) {
  const outfile = new URL('dist/policy-compiler.js', root);
  await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: ['scripts/compile-policies.ts'],
    outfile: fileURLToPath(outfile),
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  const { compilePolicies } = await import(outfile.href);
  return compilePolicies(policiesPath);
}

function policiesPlugin(file) {
  const namespace = 'ec2-backup-policies';
  return {
    name: namespace,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^ec2-backup:policies$/ }, ({ path }) => ({ path, namespace }));
      onLoad({ filter: /.*/, namespace }, () => ({ contents: JSON.stringify(file), loader: 'json' }));
    },
  };
}
