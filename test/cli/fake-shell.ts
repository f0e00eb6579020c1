/** A terminal for tests: what is printed is kept, questions have a given answer, the account is a simulated one. */

import { writeFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { rm } from 'node:fs/promises';
import { runCommandLine } from '../../src/cli/program.ts';
import type { Connection, ExitCode, ScreenSize, Shell } from '../../src/cli/shell.ts';
import type { Clock } from '../../src/lib/run/context.ts';
import { simulatedConnect } from '../support/environment.ts';
import { START, type Scenario } from '../support/scenario.ts';

export interface FakeShellOptions {
  readonly scenario?: Scenario;
  /** Nobody is there unless a test says so. */
  readonly interactive?: boolean;
  /** Standard output is no screen unless a test says so. */
  readonly screen?: boolean;
  /** Of the screen, which is as large as one likes unless a test says so. */
  readonly size?: ScreenSize;
  /** Somebody reads standard output unless a test says when not. */
  readonly isRead?: () => boolean;
  /** The scenario's, unless a test has one of its own. */
  readonly clock?: Clock;
  /** To every question; no question may be asked when there is none. */
  readonly answer?: boolean;
  readonly input?: string;
  readonly connect?: (region: string | undefined) => Promise<Connection>;
}

export interface Ended {
  readonly code: ExitCode;
  /** Standard output, as it would be written. */
  readonly out: string;
  /** Standard error. */
  readonly notes: string;
  readonly questions: readonly string[];
  readonly progress: readonly string[];
}

/** Runs one command line in a fake shell and answers all that came of it. */
export async function run(args: readonly string[], options: FakeShellOptions = {}): Promise<Ended> {
  const out: string[] = [];
  const notes: string[] = [];
  const questions: string[] = [];
  const progress: string[] = [];
  const shell: Shell = {
    out: (text) => out.push(`${text}\n`),
    note: (text) => notes.push(`${text}\n`),
    interactive: options.interactive ?? false,
    isScreen: options.screen ?? false,
    screenSize: () => options.size,
    isRead: options.isRead ?? (() => true),
    paint: { bold: same, dim: same, good: same, bad: same, warn: same },
    policiesPath: 'policies.yml',
    clock: options.clock ?? options.scenario?.clock ?? STOPPED,
    connect: options.connect ?? ((region) => Promise.resolve(connectionTo(options.scenario, region))),
    confirm: (question) => {
      questions.push(question);
      if (options.answer === undefined) throw new Error(`nobody expected to be asked: ${question}`);
      return Promise.resolve(options.answer);
    },
    progress: (title) => {
      progress.push(title);
      return { update: (text) => progress.push(text), stop: () => undefined };
    },
    readInput: () => Promise.resolve(options.input ?? ''),
  };
  const code = await runCommandLine(args, shell);
  return { code, out: out.join(''), notes: notes.join(''), questions, progress };
}

const STOPPED: Clock = { now: () => START, sleep: () => Promise.resolve() };

const same = (text: string): string => text;

/** A connection to the scenario's account, by default in its first Region. */
export function connectionTo(scenario: Scenario | undefined, region?: string): Connection {
  if (!scenario) throw new Error('this command line needs no account, yet it connected to one');
  const name = region ?? scenario.region.name;
  const { clients } = scenario.account.region(name);
  const at = simulatedConnect({ home: scenario.account });
  const answer = (): Promise<typeof clients> => Promise.resolve(clients);
  return { region: name, clients, at, deployment: answer, blocks: answer };
}

/** The path of a file with this text, for the length of the test. */
export async function fileWith(text: string, name = 'policies.yml'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ec2-backup-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** Calls that change an account. */
export function mutatingCalls({ region }: Scenario): string[] {
  return region.calls
    .map(({ command }) => command)
    .filter((command) => !/^(Describe|List|Get|GenerateDataKey)/.test(command));
}
