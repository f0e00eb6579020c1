import { planBlockCalls, type BlockCalls } from '../lib/plan/cost-calls.ts';
import { costReport, ofPolicy, type BlockFacts, type CostFacts } from '../lib/plan/cost-report.ts';
import { costJson } from '../lib/report/cost-json.ts';
import { callsText, costText } from '../lib/report/cost-text.ts';
import { skippedText } from '../lib/report/plan-text.ts';
import { readCost } from '../lib/run/cost.ts';
import { formatPlace } from '../lib/run/place.ts';
import { requireKnownPolicy } from '../lib/run/prune.ts';
import { readLineages } from '../lib/run/read-lineages.ts';
import { showOn, withAccount, type AccountOptions } from './account.ts';
import { EXIT, UsageError, type ExitCode, type Shell } from './shell.ts';

export interface CostOptions extends AccountOptions {
  readonly policy?: string;
  readonly exact?: boolean;
  readonly yes?: boolean;
}

/** `cost`: what the snapshots of each policy and source cost, now and after the pending prune; changes nothing. */
export async function costCommand(options: CostOptions, shell: Shell): Promise<ExitCode> {
  const facts = await withAccount(options, shell, (context) => readCost(context, options.policy), {
    looks: true,
    check: (file) => {
      requireKnownPolicy(file, options.policy);
      requireSomebodyToAsk(options, shell);
    },
  });
  if (!options.exact) {
    show(facts, undefined, options, shell);
    return EXIT.done;
  }
  const calls = planBlockCalls(facts.snapshots, ofPolicy(facts, options.policy));
  const isAgreed = calls.lineages.length === 0 || (await agree(calls, options, shell));
  if (!isAgreed) {
    shell.note('No blocks were read: this is the estimate.');
    show(facts, undefined, options, shell);
    return EXIT.error;
  }
  const read = await readBlocks(calls, options, shell);
  show(facts, read, options, shell);
  return read.failures.length > 0 ? EXIT.failed : EXIT.done;
}

function requireSomebodyToAsk({ exact, yes }: CostOptions, shell: Shell): void {
  if (!exact || yes || shell.interactive) return;
  throw new UsageError(
    '--exact makes requests that cost money and nobody is here to be asked: add --yes, or leave out --exact for an estimate',
  );
}

/** Always says what it costs; asks unless told not to. */
async function agree(calls: BlockCalls, { yes }: CostOptions, shell: Shell): Promise<boolean> {
  shell.note(callsText(calls));
  return yes === true || (await shell.confirm('Read them?'));
}

async function readBlocks(calls: BlockCalls, { region }: CostOptions, shell: Shell): Promise<BlockFacts> {
  const connection = await shell.connect(region);
  const view = shell.progress('Reading blocks');
  return readLineages(calls, await connection.blocks(), { onProgress: showOn(view) }).finally(() =>
    view.stop(),
  );
}

function show(facts: CostFacts, read: BlockFacts | undefined, options: CostOptions, shell: Shell): void {
  const report = costReport(facts, options.policy, read);
  if (options.json) {
    shell.out(JSON.stringify(costJson(report), null, 2));
    return;
  }
  const title = `${formatPlace(facts.place)}, deployment ${facts.deployment}`;
  shell.out([title, '', ...costText(report, shell.paint)].join('\n'));
  const notes = skippedText([], report.warnings, shell.paint);
  if (notes.length > 0) shell.note(notes.join('\n'));
}
