/** `npm run bench`: prints the rows of design.md's "Numbers to hold" that exist so far, with what was measured. */

import { cpus } from 'node:os';
import { bundleRows } from './bundle.ts';
import { callRows } from './calls.ts';
import { loadRows } from './load.ts';
import { memoryRows } from './memory.ts';
import { retentionRows } from './retention.ts';
import { scaleRows } from './scale.ts';
import { statusRows } from './scale-status.ts';
import { simulateRows } from './simulate.ts';

export interface BenchRow {
  readonly what: string;
  readonly bound: string;
  readonly measured: string;
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}\n`,
);
print(retentionRows());
print(simulateRows());
print(await callRows());
print(await loadRows());
print(await bundleRows());
print(await memoryRows());
print(await statusRows());
print(await scaleRows());

function print(rows: readonly BenchRow[]): void {
  for (const { what, bound, measured } of rows)
    console.log(`${what}\n  bound:    ${bound}\n  measured: ${measured}\n`);
}
