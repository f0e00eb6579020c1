/**
 * `npm run chaos -- [--seeds 500] [--large 5] [--from 1]`: seeds shared out over the cores, each of them told that fails.
 * The program runs itself as its workers.
 */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { runSeed, type SeedResult } from './seed.ts';
import { LARGE, USUAL } from './story.ts';

interface Order {
  readonly seed: number;
  readonly large: boolean;
}

interface Done extends Order {
  readonly result: SeedResult;
  readonly seconds: number;
}

async function work(order: Order): Promise<Done> {
  const started = performance.now();
  const result = await runSeed(order.seed, order.large ? LARGE : USUAL);
  return { ...order, result, seconds: (performance.now() - started) / 1000 };
}

function report({ seed, large, result, seconds }: Done): void {
  const what = `${large ? 'large seed' : 'seed'} ${seed}`;
  const { problems, troubles } = result;
  if (problems.length === 0) {
    if (large)
      console.log(`${what}: well, ${result.points} slots made, ${seconds.toFixed(0)} s (${troubles})`);
    return;
  }
  const again = large ? `--seeds 0 --large 1 --from ${seed}` : `--seeds 1 --large 0 --from ${seed}`;
  const shown = problems.slice(0, 10).map((problem) => `  ${problem}`);
  const more = problems.length > 10 ? [`  and ${problems.length - 10} more`] : [];
  console.log([`${what} failed (${troubles}):`, ...shown, ...more].join('\n'));
  console.log(`  again: npm run chaos -- ${again}`);
}

/** How many seeds lie between two signs of life. */
const PROGRESS = 50;

/** Most of what a run makes is short-lived: with room for it, collecting garbage takes a third of the time. */
const LIMITS = { maxYoungGenerationSizeMb: 192, maxOldGenerationSizeMb: 4096 };

/** Every order by some worker; the long ones first, so that none is left to itself at the end. */
async function shareOut(orders: Order[]): Promise<Done[]> {
  const done: Done[] = [];
  const width = Math.min(availableParallelism(), orders.length);
  const oneWorker = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { resourceLimits: LIMITS });
      const next = (): void => {
        const order = orders.shift();
        if (order === undefined) void worker.terminate().then(() => resolve());
        else worker.postMessage(order);
      };
      worker.on('message', (one: Done) => {
        done.push(one);
        report(one);
        if (done.length % PROGRESS === 0) console.log(`${done.length} done`);
        next();
      });
      worker.on('error', reject);
      next();
    });
  await Promise.all(Array.from({ length: width }, oneWorker));
  return done;
}

function readCount(name: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new Error(`--${name} is ${JSON.stringify(text)}, expected a whole number`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '500' },
      large: { type: 'string', default: '5' },
      from: { type: 'string', default: '1' },
    },
  });
  const from = readCount('from', values.from);
  const ordersOf = (count: number, large: boolean): Order[] =>
    Array.from({ length: count }, (_, index) => ({ seed: from + index, large }));
  const orders = [
    ...ordersOf(readCount('large', values.large), true),
    ...ordersOf(readCount('seeds', values.seeds), false),
  ];
  const started = performance.now();
  const done = await shareOut(orders);
  const failed = done.filter(({ result }) => result.problems.length > 0).length;
  const seconds = (performance.now() - started) / 1000;
  console.log(`${done.length - failed} passed, ${failed} failed (${seconds.toFixed(0)} s)`);
  process.exitCode = failed > 0 ? 1 : 0;
}

if (isMainThread) {
  await main();
} else {
  parentPort?.on('message', (order: Order) => void work(order).then((one) => parentPort?.postMessage(one)));
}
