import { countOutcomes, isFailure, type LifecycleOutcome, type Outcome } from '../run/outcome.ts';
import type { ProtectOutcome } from '../run/apply-protect.ts';
import { capped, printable, table, type Paint } from './text.ts';

const MAX_LINES = 30;

type AnyOutcome = Outcome | LifecycleOutcome | ProtectOutcome;

/** Failures in full, then what was done, then the count. */
export function outcomeText(outcomes: readonly AnyOutcome[], paint: Paint): string[] {
  const failures = outcomes.filter(isFailure).map((outcome) => rowOf(outcome, paint.bad));
  const fine = outcomes.filter((outcome) => !isFailure(outcome)).map((outcome) => rowOf(outcome, paint.good));
  const counts = countOutcomes(outcomes);
  const total = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`);
  return [
    ...capped(table(fine), MAX_LINES),
    ...capped(table(failures), MAX_LINES),
    paint.bold(total.length > 0 ? `Outcome: ${total.join(', ')}` : 'There was nothing to do.'),
  ];
}

function rowOf(outcome: AnyOutcome, colour: (text: string) => string): string[] {
  const { status, action, id, error = '' } = outcome;
  const warning = 'warning' in outcome ? (outcome.warning ?? '') : '';
  const of = 'source' in outcome ? outcome.source : outcome.policy;
  return [
    colour(status),
    action,
    id,
    id === of ? '' : of,
    printable([error, warning].filter(Boolean).join('; ')),
  ];
}
