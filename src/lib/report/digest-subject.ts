/** One line on how the backups stand, the worst first. Pure. */

import { runningPolicies, type PolicyFile } from '../policy/policy.ts';
import type { DigestPlan } from '../run/digest.ts';
import { FINDING_KINDS } from '../run/watch-findings.ts';
import { WORDS } from './digest-words.ts';
import { plural } from './text.ts';

/** SNS takes so many, of ASCII. */
const LONGEST = 100;

export function digestSubject(plan: DigestPlan, file: PolicyFile): string {
  const problems = problemsOf(plan, file);
  return fitted(`ec2-backup ${file.deployment}:`, problems.length > 0 ? problems : [wellText(plan, file)]);
}

/** Policies that find nothing to back up in any place. */
export function emptyPolicies({ reports }: Pick<DigestPlan, 'reports'>, file: PolicyFile): string[] {
  if (reports.length === 0) return [];
  const chosen = new Set(
    reports.flatMap(({ policies, byDlm }) =>
      [...policies, ...byDlm].filter(({ sources }) => sources > 0).map(({ policy }) => policy),
    ),
  );
  return runningPolicies(file)
    .map(({ name }) => name)
    .filter((name) => !chosen.has(name));
}

function problemsOf(plan: DigestPlan, file: PolicyFile): string[] {
  const { silent, reports } = plan;
  const empty = emptyPolicies(plan, file).length;
  return [
    ...(silent.length > 0 ? [`no word from ${plural(silent.length, 'place')}`] : []),
    ...FINDING_KINDS.flatMap((kind) => {
      const { subject } = WORDS[kind];
      const count = reports.reduce((sum, { findings }) => sum + findings[kind].count, 0);
      return subject && count > 0 ? [`${count} ${subject[count === 1 ? 0 : 1]}`] : [];
    }),
    ...(empty > 0 ? [empty === 1 ? '1 policy without sources' : `${empty} policies without sources`] : []),
  ];
}

function wellText({ reports }: DigestPlan, file: PolicyFile): string {
  if (file.policies.length === 0) return 'the lifecycle policies of DLM are in order';
  const [sources, backedUp, starting] = (['sources', 'backedUp', 'starting'] as const).map((key) =>
    reports.reduce((sum, report) => sum + report[key], 0),
  );
  if (starting === 0)
    return sources === 1 ? 'the one source is backed up' : `all ${sources ?? 0} sources backed up`;
  return `${backedUp ?? 0} of ${plural(sources ?? 0, 'source')} backed up, ${starting ?? 0} new`;
}

/** As many as there is room for; that there are more is said. */
function fitted(start: string, parts: readonly string[]): string {
  let text = start;
  for (const [index, part] of parts.entries()) {
    const next = `${text}${index === 0 ? ' ' : ', '}${part}`;
    const more = index < parts.length - 1 ? ', ...' : '';
    if (next.length + more.length > LONGEST) return index === 0 ? next.slice(0, LONGEST) : `${text}, ...`;
    text = next;
  }
  return text;
}
