// Bundles our own code; packages stay in node_modules, which `npm ci` fills.
import { chmod, readdir, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  outdir: 'dist',
  sourcemap: true,
  logLevel: 'warning',
};

const { metafile } = await build({
  ...common,
  entryPoints: { 'ec2-backup': 'src/cli/main.ts' },
  // Commands that need the SDK are loaded when they are called.
  splitting: true,
  chunkNames: 'ec2-backup-[name]-[hash]',
  banner: { js: '#!/usr/bin/env node' },
  metafile: true,
});
await build({
  ...common,
  entryPoints: { bench: 'bench/main.ts', 'write-schema': 'scripts/write-schema.ts' },
});
// In a folder of its own, as far from infra/ as test/chaos is: it loads the template from there.
await build({ ...common, entryPoints: { main: 'test/chaos/main.ts' }, outdir: 'dist/chaos' });
await chmod('dist/ec2-backup.js', 0o755);

// Chunks of earlier builds; those of this one are never missing, not even for a moment.
for (const name of await readdir('dist')) {
  const isOld = name.startsWith('ec2-backup-') && !(`dist/${name}` in metafile.outputs);
  if (isOld) await rm(`dist/${name}`, { force: true });
}
