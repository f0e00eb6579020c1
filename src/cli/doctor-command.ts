import { loadPolicies } from '../lib/policy/load-policies.ts';
import { doctorJson, doctorText, passes } from '../lib/report/doctor-text.ts';
import { examine } from '../lib/run/doctor.ts';
import { showOn, withDeployment, type AccountOptions } from './account.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';

/** `doctor`: whether everything that a deployment needs is there, or what to do; changes nothing. */
export async function doctorCommand(options: AccountOptions, shell: Shell): Promise<ExitCode> {
  const view = shell.progress('Looking at the deployment');
  const report = await examine({
    path: options.policies,
    load: async () => withDeployment(await loadPolicies(options.policies), options.deployment),
    connect: () => shell.connect(options.region),
    clock: shell.clock,
    onProgress: showOn(view),
  }).finally(() => view.stop());
  shell.out(
    options.json ? JSON.stringify(doctorJson(report), null, 2) : doctorText(report, shell.paint).join('\n'),
  );
  return passes(report) ? EXIT.done : EXIT.failed;
}
