import { readFile } from 'node:fs/promises';
import { INSTANT_EXPECTED, parseInstant } from '../lib/policy/instant.ts';
import { parseKeep, type Keep } from '../lib/policy/keep.ts';
import { nearHint } from '../lib/policy/suggest.ts';
import { isTimeZone, knownTimeZones } from '../lib/policy/time-zone.ts';
import { retain, type Verdict } from '../lib/plan/retention.ts';
import { plural, printable, table } from '../lib/report/text.ts';
import { fileReason } from './file-reason.ts';
import { parsePoints, type InputPoint } from './points-file.ts';
import { EXIT, UsageError, type ExitCode, type Shell } from './shell.ts';

export interface RetentionOptions {
  readonly keep: string;
  readonly timezone: string;
  readonly now?: string;
  readonly json?: boolean;
}

interface Judged {
  readonly point: InputPoint;
  readonly verdict: Verdict;
}

/** So many lines go to standard output at once: one string of a million would be too large. */
const CHUNK = 10_000;

/** `retention`: the rules, goodness and the last-good guard on a list of points, taken as one group. */
export async function retentionCommand(
  file: string | undefined,
  options: RetentionOptions,
  shell: Shell,
): Promise<ExitCode> {
  const keep = readKeep(options.keep);
  const timezone = readTimeZone(options.timezone);
  const now = readNow(options.now, shell.clock.now());
  const points = await readPoints(file, shell);
  // Sorting is stable: ties stay in input order, here and in the rules.
  points.sort((a, b) => b.slot - a.slot);
  const verdicts = retain(points, { keep, timezone, now, source: 'the list' });
  const judged = points.flatMap((point, index) => {
    const verdict = verdicts[index];
    return verdict ? { point, verdict } : [];
  });
  if (options.json) printJson(judged, shell);
  else printText(judged, shell);
  return EXIT.done;
}

async function readPoints(file: string | undefined, shell: Shell): Promise<InputPoint[]> {
  if (file !== undefined && file !== '-') {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new UsageError(`cannot read the points file ${file}: ${fileReason(error)}`, { cause: error });
    });
    return parsePoints(text, file);
  }
  if (file === undefined && shell.interactive) {
    throw new UsageError('no points: name a FILE, or - and write [{"id":…,"time":…}] to standard input');
  }
  return parsePoints(await shell.readInput(), 'standard input');
}

function readKeep(text: string): Keep {
  const parsed = parseKeep(text);
  if (parsed.ok) return parsed.value;
  throw new UsageError(`--keep is ${JSON.stringify(text)}: ${parsed.problem}`);
}

function readTimeZone(name: string): string {
  if (isTimeZone(name)) return name;
  const hint = nearHint(name, knownTimeZones());
  throw new UsageError(
    `--timezone is ${JSON.stringify(name)}, expected an IANA time zone such as Asia/Seoul${hint}`,
  );
}

function readNow(text: string | undefined, clock: number): number {
  if (text === undefined) return clock;
  const now = parseInstant(text);
  if (now !== undefined) return now;
  throw new UsageError(`--now is ${JSON.stringify(text)}, expected ${INSTANT_EXPECTED}`);
}

function printJson(judged: readonly Judged[], shell: Shell): void {
  if (judged.length === 0) {
    shell.out('[]');
    return;
  }
  const lines = judged.map(({ point, verdict }, index) => {
    const start = index === 0 ? '[' : ' ';
    const { decision, reasons } = verdict;
    const entry = JSON.stringify({ id: point.id, time: point.time, decision, reasons });
    return `${start}${entry}${index === judged.length - 1 ? ']' : ','}`;
  });
  printLines(lines, shell);
}

function printText(judged: readonly Judged[], shell: Shell): void {
  const { good, bad, bold } = shell.paint;
  const rows = judged.map(({ point, verdict }) => [
    verdict.decision === 'keep' ? good('keep') : bad('prune'),
    point.time,
    printable(point.id),
    verdict.reasons.join(', '),
  ]);
  printLines(table(rows, ''), shell);
  const kept = judged.filter(({ verdict }) => verdict.decision === 'keep').length;
  shell.out(bold(`${plural(judged.length, 'point')}: ${kept} kept, ${judged.length - kept} pruned`));
}

function printLines(lines: readonly string[], shell: Shell): void {
  for (let at = 0; at < lines.length; at += CHUNK) shell.out(lines.slice(at, at + CHUNK).join('\n'));
}
