import { missedByChance } from '../lib/plan/missed-slots.ts';
import { simulateFile } from '../lib/plan/simulate-file.ts';
import { formatMinute, INSTANT_EXPECTED, parseInstant } from '../lib/policy/instant.ts';
import { loadPolicies } from '../lib/policy/load-policies.ts';
import { runningPolicies, type PolicyFile } from '../lib/policy/policy.ts';
import { nearHint } from '../lib/policy/suggest.ts';
import { simulationJson, type SimulationTerms } from '../lib/report/simulate-json.ts';
import { comparisonText, simulationText, type NamedSimulation } from '../lib/report/simulate-text.ts';
import { plural } from '../lib/report/text.ts';
import { refuseUnknownRegion } from './named-region.ts';
import type { PreviewOptions } from './preview-command.ts';
import { EXIT, UsageError, type ExitCode, type Shell } from './shell.ts';

export interface SimulateOptions extends PreviewOptions {
  readonly days: string;
  readonly from?: string;
  readonly missed: string;
  readonly sourceGib?: string;
  readonly fromAccount?: boolean;
}

/** Ten years. */
const MAX_DAYS = 3650;

/** `simulate`: what one source of each policy would have over years, or what becomes of the points that exist. */
export async function simulateCommand(options: SimulateOptions, shell: Shell): Promise<ExitCode> {
  if (options.fromAccount) return fromAccount(options, shell);
  if (options.deployment !== undefined) throw new UsageError('--deployment goes with --from-account');
  const span = {
    from: readFrom(options.from, shell.clock.now()),
    days: readDays(options.days),
    missedShare: readShare(options.missed),
    sourceGib: readSourceGib(options.sourceGib),
  };
  const paths = options.compare === undefined ? [options.policies] : [options.policies, options.compare];
  const files = await Promise.all(paths.map(loadPolicies));
  const terms: SimulationTerms = { ...span, region: regionOf(options.region, files) };
  if (options.policy !== undefined) requirePolicy(options.policy, files);
  const isMissed = missedByChance(terms.missedShare);
  const named = files.map((file, index): NamedSimulation => {
    const only = options.policy === undefined ? {} : { policy: options.policy };
    return { path: paths[index] ?? '', simulation: simulateFile({ file, ...terms, ...only, isMissed }) };
  });
  if (options.json) shell.out(JSON.stringify(simulationJson(terms, named), null, 2));
  else shell.out([...titleText(terms), '', ...bodyText(named, terms, shell)].join('\n').trimEnd());
  return EXIT.done;
}

/** Loaded when it is asked for: without it no account is needed, nor the SDK. */
async function fromAccount(options: SimulateOptions, shell: Shell): Promise<ExitCode> {
  if (options.from !== undefined || readShare(options.missed) > 0) {
    throw new UsageError(
      '--from-account starts with what exists now, expected neither --from nor --missed with it',
    );
  }
  if (options.sourceGib !== undefined) {
    throw new UsageError('--from-account knows how large the sources are, expected no --source-gib with it');
  }
  const days = readDays(options.days);
  return (await import('./preview-command.ts')).previewCommand(options, days, shell);
}

function titleText({ from, days, missedShare }: SimulationTerms): string[] {
  const misses = missedShare === 0 ? 'none' : `${Number((missedShare * 100).toFixed(6))}%`;
  return [
    `One source of each policy, with nothing at ${formatMinute(from)}, over ${plural(days, 'day')}; ${misses} of its runs missed. Times are UTC.`,
  ];
}

function bodyText(
  [left, right]: readonly NamedSimulation[],
  terms: SimulationTerms,
  { paint }: Shell,
): string[] {
  if (!left) return [];
  return right ? comparisonText([left, right], terms, paint) : simulationText(left, terms, paint);
}

/** Prices are by Region: the one that is named, or the first that the file backs up in, or that of AWS's own examples. */
function regionOf(named: string | undefined, [file]: readonly PolicyFile[]): string {
  if (named !== undefined) refuseUnknownRegion(named, '--region');
  const target = file?.targets.find(({ copiesOnly }) => copiesOnly !== true);
  return named ?? target?.region ?? 'us-east-1';
}

/** With two files it is enough that one has it: a policy that an edit takes away is told as such. */
function requirePolicy(name: string, files: readonly PolicyFile[]): void {
  const known = [...new Set(files.flatMap((file) => runningPolicies(file).map((policy) => policy.name)))];
  if (known.includes(name)) return;
  throw new UsageError(
    `--policy is ${JSON.stringify(name)}, expected one of ${known.join(', ') || '(no policy runs)'}${nearHint(name, known)}`,
  );
}

function readFrom(text: string | undefined, now: number): number {
  if (text === undefined) return now;
  const from = parseInstant(text);
  if (from !== undefined) return from;
  throw new UsageError(`--from is ${JSON.stringify(text)}, expected ${INSTANT_EXPECTED}`);
}

function readDays(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= MAX_DAYS) return days;
  throw new UsageError(`--days is ${JSON.stringify(text)}, expected a whole number from 1 to ${MAX_DAYS}`);
}

/** EBS has volumes of at most 64 TiB, and an instance some of them. */
const MAX_SOURCE_GIB = 1_000_000;

function readSourceGib(text = '100'): number {
  const gib = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (gib >= 1 && gib <= MAX_SOURCE_GIB) return gib;
  throw new UsageError(
    `--source-gib is ${JSON.stringify(text)}, expected a whole number from 1 to ${MAX_SOURCE_GIB}`,
  );
}

function readShare(text: string): number {
  const percent = /^\d{1,3}(?:\.\d{1,4})?%$/.test(text) ? Number(text.slice(0, -1)) : NaN;
  if (percent >= 0 && percent <= 100) return percent / 100;
  throw new UsageError(`--missed is ${JSON.stringify(text)}, expected a share from 0% to 100%, such as 2%`);
}
