/** What every command that looks says of one place at one moment. */

import type { AuditJson } from '../../src/lib/report/audit-json.ts';
import type { CostJson, HoldingJson } from '../../src/lib/report/cost-json.ts';
import { digestLetter } from '../../src/lib/report/digest-text.ts';
import type { HandoverJson } from '../../src/lib/report/handover-json.ts';
import type { PlanJson } from '../../src/lib/report/plan-json.ts';
import { LIMITS, reportModel } from '../../src/lib/report/report-model.ts';
import type { ReportModel } from '../../src/lib/report/report-shapes.ts';
import type { StatusJson } from '../../src/lib/report/status-json.ts';
import type { RunContext } from '../../src/lib/run/context.ts';
import { readReportFacts } from '../../src/lib/run/report.ts';
import { placeReport, readReport, type PlaceReport } from '../../src/lib/run/watch-report.ts';
import { planWatchRun } from '../../src/lib/run/watch.ts';
import { parseJson } from '../cli/answers.ts';
import { run } from '../cli/fake-shell.ts';
import type { Run, Watched } from './watched.ts';

interface Costs {
  readonly now: HoldingJson;
  readonly afterPrune: HoldingJson;
  readonly frees: { readonly points: number };
  readonly looks: readonly HoldingJson[];
}

interface PreviewFile {
  readonly policies: readonly {
    readonly policy: string;
    readonly points: number;
    readonly deleted: number;
    readonly refused?: string;
    readonly left: readonly { readonly day: number; readonly points: number }[];
    readonly cost: Costs;
  }[];
  readonly deletes: readonly string[];
  readonly total: Costs;
}

interface SimulateAnswer {
  readonly cost: { readonly prices: readonly string[] };
  readonly files: readonly PreviewFile[];
}

/** A source by one policy, as `explain` has it. */
export interface ExplainedSource {
  readonly source: string;
  readonly policy: string;
  readonly points: number;
  /** By a policy that a Lambda runs, which asks for it. */
  readonly isRunning: boolean;
  readonly ageSeconds?: number;
  readonly newestGood?: string;
  readonly nextSlot?: string;
}

/** A line of the digest's table. */
interface DigestLine {
  readonly policy: string;
  readonly isByDlm: boolean;
  readonly sources: number;
  readonly fresh: number;
  readonly missed: number;
  readonly points: number;
  readonly next?: string;
}

export interface Answers {
  readonly status: StatusJson;
  readonly list: {
    readonly points: readonly (PlanJson['verdicts'][number] & { readonly ageSeconds: number })[];
  };
  readonly plan: PlanJson;
  readonly cost: CostJson;
  readonly audit: AuditJson;
  readonly handover: HandoverJson;
  readonly report: ReportModel;
  readonly simulate: PreviewFile & { readonly prices: readonly string[] };
  /** For as many days as `cost` says that retention takes to be full. */
  readonly steady: PreviewFile;
  readonly watch: PlaceReport;
  readonly metrics: Run;
  /** When those were measured. */
  readonly metricsAt: string;
  /** Snapshots that failed: they store nothing. */
  readonly broken: ReadonlySet<string>;
  readonly letter: string;
  readonly digest: readonly DigestLine[];
  readonly sources: readonly ExplainedSource[];
}

/** `file` is the path of the policies. */
export async function answersOf(
  watched: Watched,
  context: RunContext,
  file: string,
  args: readonly string[] = [],
): Promise<Answers> {
  const json = async <T>(...command: readonly string[]): Promise<T> => {
    const { out, notes } = await run([...command, '--policies', file, '--json', ...args], {
      scenario: watched,
    });
    if (out === '') throw new Error(`${command.join(' ')} answers nothing: ${notes}`);
    return parseJson<T>(out);
  };
  const cost = await json<CostJson>('cost');
  const simulate = async (days: number): Promise<SimulateAnswer> =>
    json('simulate', '--from-account', '--days', String(days));
  const week = await simulate(30);
  const steady = await simulate(cost.steady?.days ?? 1);
  const metrics = await watched.watch();
  const metricsAt = readReport(watched.reports.messages.at(-1)?.body ?? '', context.file)?.at ?? '';
  const status = await json<StatusJson>('status');
  const facts = await readReportFacts(context);
  const watch = placeReport(await planWatchRun(context), [], context.file);
  const letter = digestLetter(
    { now: context.clock.now(), reports: [watch], silent: [], unreadable: 0, handles: [] },
    context.file,
  ).body;
  return {
    ...{ cost, status, watch, letter, digest: digestLines(letter) },
    list: await json('list'),
    plan: await json('plan'),
    audit: await json('audit'),
    handover: await json('handover'),
    report: reportModel(facts, undefined, { ...LIMITS, points: 60_000 }),
    simulate: { ...fileOf(week), prices: week.cost.prices },
    steady: fileOf(steady),
    // Elsewhere there are copies, and no sources.
    sources: args.length === 0 ? await explainSources(watched, json) : [],
    broken: new Set(
      watched.account
        .region(context.place.region)
        .snapshots()
        .filter(({ state }) => state === 'error')
        .map(({ id }) => id),
    ),
    ...{ metrics, metricsAt },
  };
}

function fileOf({ files: [file] }: SimulateAnswer): PreviewFile {
  if (!file) throw new Error('simulate answers of no file');
  return file;
}

export function simulationDays({ cost }: Answers): number {
  return cost.steady?.days ?? 0;
}

interface SelectedAnswer extends Omit<ExplainedSource, 'source' | 'isRunning'> {
  readonly engine: string;
}

async function explainSources(
  { region }: Watched,
  json: <T>(...command: readonly string[]) => Promise<T>,
): Promise<ExplainedSource[]> {
  const alive = region.instances().filter(({ state }) => state !== 'terminated');
  const found: ExplainedSource[] = [];
  for (const { id } of [...alive, ...region.volumes()]) {
    const { backedUpBy, leftovers } = await json<{
      backedUpBy: readonly SelectedAnswer[];
      leftovers: readonly Omit<SelectedAnswer, 'engine'>[];
    }>('explain', id);
    for (const { engine, ...one } of backedUpBy)
      found.push({ ...one, source: id, isRunning: engine === 'lambda' });
    for (const one of leftovers) found.push({ ...one, source: id, isRunning: false });
  }
  return found;
}

export interface Explained {
  readonly id: string;
  readonly policy: string;
  readonly state: string;
  readonly decision: string;
  /** When its rules let go of it; absent where that is not foreseen. */
  readonly prunedAt?: number;
  /** Something else than its rules keeps it, in the words of `plan`. */
  readonly pinned?: string;
}

interface PointAnswer {
  readonly point: Omit<Explained, 'prunedAt' | 'pinned'> & { readonly reasons: readonly string[] };
  readonly until: { readonly kind: string; readonly prunedAt?: string; readonly reasons?: readonly string[] };
  readonly disabledForSeconds?: number;
}

/** `explain` of every recovery point. */
export async function explainAll(watched: Watched, { list }: Answers, file: string): Promise<Explained[]> {
  const explained: Explained[] = [];
  for (const { id } of list.points) {
    const { out } = await run(['explain', id, '--policies', file, '--json'], { scenario: watched });
    explained.push(explainedOf(parseJson<PointAnswer>(out)));
  }
  return explained;
}

function explainedOf({ point, until, disabledForSeconds = 0 }: PointAnswer): Explained {
  const { id, policy, state, decision, reasons } = point;
  const [pinned] = until.kind === 'until' && until.reasons?.length === 0 ? reasons : [];
  return {
    ...{ id, policy, state, decision },
    ...(until.prunedAt !== undefined && {
      prunedAt: Date.parse(until.prunedAt) + (state === 'failed' ? 0 : disabledForSeconds * 1000),
    }),
    ...(pinned !== undefined && { pinned }),
  };
}

/** `nightly  1  1  0  1  9 h  2026-11-23 03:00 UTC`. */
function digestLines(letter: string): DigestLine[] {
  const [, table = ''] = letter.split('\nPolicies\n');
  const lines = (table.split('\n\n')[0] ?? '').split('\n').slice(1);
  return lines.flatMap((line) => {
    const [policy = '', ...cells] = line.trim().split(/ {2,}/);
    if (policy === '') return [];
    const [sources, fresh, missed, points] = cells.map(Number);
    const isByDlm = cells[1] === 'left to DLM';
    const next = cells[5]?.replace(/^(\S+) (\S+) UTC$/, '$1T$2:00Z');
    return [
      {
        ...{ policy, isByDlm, sources: sources ?? NaN },
        ...(isByDlm
          ? { fresh: 0, missed: 0, points: 0 }
          : { fresh: fresh ?? NaN, missed: missed ?? NaN, points: points ?? NaN }),
        ...(next !== undefined && { next }),
      },
    ];
  });
}
