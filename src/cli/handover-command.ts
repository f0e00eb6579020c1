import { handoverJson } from '../lib/report/handover-json.ts';
import { handoverText } from '../lib/report/handover-text.ts';
import { skippedText } from '../lib/report/plan-text.ts';
import { readHandover } from '../lib/run/handover.ts';
import { formatPlace } from '../lib/run/place.ts';
import { withAccount, type AccountOptions } from './account.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';

export interface HandoverOptions extends AccountOptions {
  readonly uses?: boolean;
}

/** `handover`: what remains in a place when the product goes, what it costs, and how to remove it; changes nothing. */
export async function handoverCommand(options: HandoverOptions, shell: Shell): Promise<ExitCode> {
  const handover = await withAccount(
    options,
    shell,
    async (context) =>
      readHandover(context, await (await shell.connect(options.region)).deployment(), {
        uses: options.uses === true,
      }),
    { looks: true },
  );
  if (options.json) {
    shell.out(JSON.stringify(handoverJson(handover), null, 2));
    return EXIT.done;
  }
  const title = `${formatPlace(handover.place)}, deployment ${handover.deployment}`;
  shell.out([title, '', ...handoverText(handover, shell.paint)].join('\n'));
  const warnings = handover.warnings.map((reason) => ({ id: 'handover', reason }));
  if (warnings.length > 0) shell.note(skippedText([], warnings, shell.paint).join('\n'));
  return EXIT.done;
}
