import { auditJson } from '../lib/report/audit-json.ts';
import { auditText } from '../lib/report/audit-text.ts';
import { printable } from '../lib/report/text.ts';
import { readAudit } from '../lib/run/audit.ts';
import { formatPlace } from '../lib/run/place.ts';
import { withAccount, type AccountOptions } from './account.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';

/** `audit`: what is not covered, covered twice, orphaned or drifted in a place; changes nothing. */
export async function auditCommand(options: AccountOptions, shell: Shell): Promise<ExitCode> {
  const { audit } = await withAccount(options, shell, async (context) =>
    readAudit(context, await (await shell.connect(options.region)).deployment()),
  );
  if (options.json) {
    shell.out(JSON.stringify(auditJson(audit), null, 2));
    return EXIT.done;
  }
  const title = `${formatPlace(audit.place)}, deployment ${audit.deployment}`;
  shell.out([title, '', ...auditText(audit, shell.paint)].join('\n'));
  for (const warning of audit.warnings) shell.note(printable(warning));
  return EXIT.done;
}
