import { loadPolicies } from '../lib/policy/load-policies.ts';
import type { PolicyFile } from '../lib/policy/policy.ts';
import { previewJson, previewText, type NamedPreview } from '../lib/report/preview-text.ts';
import { formatMinute } from '../lib/policy/instant.ts';
import { formatPlace } from '../lib/run/place.ts';
import { previewRun } from '../lib/run/preview.ts';
import { requireKnownPolicy } from '../lib/run/prune.ts';
import { withAccount, withDeployment, type AccountOptions } from './account.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';

export interface PreviewOptions extends AccountOptions {
  readonly policy?: string;
  readonly compare?: string;
}

function namesOf(file: PolicyFile | undefined): ReadonlySet<string> {
  if (!file) return new Set();
  return new Set([...file.policies, ...file.dlmPolicies, ...file.retired].map(({ name }) => name));
}

/** `simulate --from-account`: what one or two policy files would do to what exists; changes nothing. */
export async function previewCommand(options: PreviewOptions, days: number, shell: Shell): Promise<ExitCode> {
  const { compare, policy } = options;
  const other =
    compare === undefined ? [] : [withDeployment(await loadPolicies(compare), options.deployment)];
  const { named, context } = await withAccount(
    options,
    shell,
    async (context) => {
      const files = [context.file, ...other];
      const previews = await previewRun({ files, days, ...(policy !== undefined && { policy }) }, context);
      const paths = [options.policies, compare ?? ''];
      return {
        context,
        named: previews.map((preview, index): NamedPreview => {
          return { path: paths[index] ?? '', names: namesOf(files[index]), preview };
        }),
      };
    },
    { looks: true, check: (file) => requireKnownPolicy(file, policy) },
  );
  const { place, file, clock } = context;
  const now = clock.now();
  const terms = { now, days, place, deployment: file.deployment };
  if (options.json) {
    shell.out(JSON.stringify(previewJson(terms, named), null, 2));
    return EXIT.done;
  }
  const title = `${formatPlace(place)}, deployment ${file.deployment}, what exists at ${formatMinute(now)}. Nothing is changed.`;
  shell.out([title, '', ...previewText(named, terms, shell.paint)].join('\n').trimEnd());
  return EXIT.done;
}
