import { explanationJson } from '../lib/report/explain-json.ts';
import { explanationText } from '../lib/report/explain-text.ts';
import { cut, printable } from '../lib/report/text.ts';
import { explain } from '../lib/run/explain.ts';
import { withAccount, type AccountOptions } from './account.ts';
import { EXIT, UsageError, type ExitCode, type Shell } from './shell.ts';

/** `explain ID`: why a recovery point is kept or pruned, or a source is backed up or not; changes nothing. Exit code 1 for an id that is nowhere. */
export async function explainCommand(id: string, options: AccountOptions, shell: Shell): Promise<ExitCode> {
  refuseWrongId(id);
  const { explanation, context } = await withAccount(
    options,
    shell,
    async (context) => ({ explanation: await explain(id, context), context }),
    { looks: true },
  );
  const { place, file } = context;
  const told = { place, deployment: file.deployment, now: shell.clock.now() };
  const text = options.json
    ? JSON.stringify(explanationJson(explanation, told), null, 2)
    : explanationText(explanation, { ...told, paint: shell.paint }).join('\n');
  shell.out(text);
  return explanation.is === 'unknown' ? EXIT.error : EXIT.done;
}

function refuseWrongId(id: string): void {
  if (/^(ami|snap|i|vol)-[0-9a-f]{8,17}$/.test(id)) return;
  throw new UsageError(
    `id is ${printable(JSON.stringify(cut(id, 60)))}, expected the id of an AMI, a snapshot, an instance or a volume, ` +
      'such as ami-0123456789abcdef0, snap-…, i-… or vol-…',
  );
}
