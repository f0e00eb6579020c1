/** How each policy stands. */

import { groupBy } from '../plan/group-by.ts';
import { keepingPolicies, runningPolicies, isDlmPolicy, type PolicyFile } from '../policy/policy.ts';
import type { ReportFacts } from '../run/report.ts';
import type { PlaceReport } from '../run/watch-report.ts';
import { keepText } from './policy-text.ts';
import type { PolicyRow } from './report-shapes.ts';
import { shorten } from './report-words.ts';
import { plural } from './text.ts';

/** In the file's order, then what is in no file. */
export function policyRows(facts: ReportFacts, report: PlaceReport, only: string | undefined): PolicyRow[] {
  const { file, plan, watch } = facts;
  const verdicts = groupBy(plan.verdicts, ({ point }) => point.policy);
  const inFile = keepingPolicies(file).map(({ name }) => name);
  const names = [...inFile, ...[...verdicts.keys()].filter((name) => !inFile.includes(name)).sort()];
  return names
    .filter((name) => only === undefined || name === only)
    .filter((name) => watch.backsUp || !runsInFile(file, name) || verdicts.has(name))
    .map((name): PolicyRow => {
      const own = verdicts.get(name) ?? [];
      const next = watch.backsUp
        ? watch.watch.running.find(({ policy }) => policy === name)?.slots.next
        : undefined;
      return {
        policy: shorten(name, 64),
        ...ruleWords(facts, name),
        ...sourceCounts(facts, report, name),
        points: own.length,
        pruned: own.filter(({ verdict }) => verdict.decision === 'prune').length,
        ...(next !== undefined && { next }),
      };
    });
}

function runsInFile(file: PolicyFile, name: string): boolean {
  return runningPolicies(file).some((one) => one.name === name);
}

function ruleWords(
  { file, watch }: ReportFacts,
  name: string,
): Pick<PolicyRow, 'runs' | 'schedule' | 'keep'> {
  const running = runningPolicies(file).find((one) => one.name === name);
  // Copies are kept by rules of their own: those of the source would mislead.
  if (running && !watch.backsUp) return { runs: 'copies only' };
  if (running) {
    const { schedule, timezone } = running;
    return {
      runs: isDlmPolicy(running) ? 'dlm' : 'lambda',
      schedule: `${schedule.text} ${timezone}`,
      keep: keepText(running),
    };
  }
  const retired = file.retired.find((one) => one.name === name);
  return retired ? { runs: 'retired', keep: keepText(retired) } : { runs: 'not in file' };
}

type SourceCounts = Pick<PolicyRow, 'sources' | 'fresh' | 'stale' | 'never' | 'oldestAge'>;

function sourceCounts({ watch }: ReportFacts, report: PlaceReport, name: string): SourceCounts {
  const known = report.policies.find(({ policy }) => policy === name);
  const sources = watch.watch.running.find(({ policy }) => policy === name)?.sources ?? [];
  const byDlm = report.byDlm.find(({ policy }) => policy === name);
  return {
    sources: known?.sources ?? byDlm?.sources ?? 0,
    fresh: known?.fresh ?? 0,
    stale: sources.filter(({ standing }) => standing === 'stale').length,
    never: sources.filter(({ standing }) => standing === 'never').length,
    ...(known?.oldestAge !== undefined && { oldestAge: known.oldestAge }),
  };
}

/** How many of its sources are as promised, and how many are not. */
export function freshText({ runs, sources, fresh, stale, never }: PolicyRow): string {
  if (runs === 'dlm') return plural(sources, 'source');
  if (runs !== 'lambda') return '';
  const wrong = [
    ...(stale > 0 ? [`${stale} stale`] : []),
    ...(never > 0 ? [`${never} never backed up`] : []),
  ];
  return [`${fresh} of ${sources}`, ...wrong].join(', ');
}
