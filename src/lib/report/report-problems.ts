/** What somebody should look at, the worst kinds first: the same findings, in the same words, as the digest has. */

import { uncheckedReasons } from '../plan/plan-prune.ts';
import { FINDING_KINDS, findingsOf } from '../run/watch-findings.ts';
import type { ReportFacts } from '../run/report.ts';
import { LOOKING_CURES, WORDS } from './digest-words.ts';
import type { Problem } from './report-shapes.ts';
import { shorten } from './report-words.ts';
import { plural } from './text.ts';

/** At most `most` of each kind. What is of no policy concerns every one. First what makes the rest doubtful. */
export function reportProblems(
  facts: Pick<ReportFacts, 'watch' | 'names' | 'plan'>,
  policy: string | undefined,
  most: number,
): Problem[] {
  return [...uncheckedProblem(facts, most), ...foundProblems(facts, policy, most)];
}

function uncheckedProblem({ plan }: Pick<ReportFacts, 'plan'>, most: number): Problem[] {
  const reasons = uncheckedReasons(plan);
  if (reasons.length === 0) return [];
  const items = reasons.slice(0, most).map((reason) => ({ text: shorten(reason) }));
  const heading = 'Could not be checked: how much the next prune deletes is not known';
  const { length } = plan.unchecked;
  const more = length === 0 ? '' : `${plural(length, 'point')} may go besides those that are counted. `;
  const cure = `${more}Give whoever makes the report the rights that its documentation names, and make it anew.`;
  return [{ kind: 'unchecked', isUrgent: true, heading, cure, count: reasons.length, items }];
}

function foundProblems(
  { watch, names }: Pick<ReportFacts, 'watch' | 'names'>,
  policy: string | undefined,
  most: number,
): Problem[] {
  const findings = findingsOf(watch, []);
  return FINDING_KINDS.flatMap((kind): Problem[] => {
    const found = findings[kind].filter(
      (one) => policy === undefined || one.policy === undefined || one.policy === policy,
    );
    if (found.length === 0) return [];
    const { heading, subject } = WORDS[kind];
    const cure = LOOKING_CURES[kind] ?? WORDS[kind].cure;
    const items = found.slice(0, most).map((one) => ({
      id: shorten(one.id, 64),
      ...nameOf(one.id, names),
      ...(one.policy !== undefined && { policy: shorten(one.policy, 64) }),
      ...(one.text !== undefined && { text: shorten(one.text) }),
    }));
    return [{ kind, isUrgent: subject !== undefined, heading, cure, count: found.length, items }];
  });
}

function nameOf(id: string, names: ReadonlyMap<string, string>): { name?: string } {
  const name = names.get(id);
  return name === undefined ? {} : { name: shorten(name, 80) };
}
