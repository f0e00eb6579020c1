// Bundles our own code; packages stay in node_modules, which `npm ci` fills.
import { chmod } from 'node:fs/promises';
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

await build({
  ...common,
  entryPoints: { 'ec2-backup': 'src/cli/main.ts' },
  banner: { js: '#!/usr/bin/env node' },
});
await build({
  ...common,
  entryPoints: { bench: 'bench/main.ts', 'write-schema': 'scripts/write-schema.ts' },
});
await chmod('dist/ec2-backup.js', 0o755);
