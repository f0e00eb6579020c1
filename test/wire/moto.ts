/** A moto server with its gaps filled (launcher.py), for the length of a test file. */

import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

const LAUNCHER = 'test/wire/launcher.py';

/** What its server part imports; the base package alone cannot serve. */
const QUESTION = [
  'from importlib.metadata import version',
  "version('flask'), version('flask-cors')",
  "print(version('moto'))",
].join('\n');

/** The version on this machine such as `5.2.1`, undefined when there is none. */
export function motoVersion(): string | undefined {
  try {
    return execFileSync('python3', ['-c', QUESTION], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}

export class MotoServer {
  /** As for AWS_ENDPOINT_URL. */
  readonly url: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  /** Starts one on a free port; `without` names the gaps that are left as moto has them. */
  static async start(without: readonly string[] = []): Promise<MotoServer> {
    const args = without.flatMap((name) => ['--without', name]);
    const child = spawn('python3', [LAUNCHER, ...args], { stdio: 'pipe' });
    let errors = '';
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    const lines: Interface = createInterface(child.stdout);
    const answers = lines[Symbol.asyncIterator]();
    const first = await answers.next();
    if (first.done) throw new Error(`${LAUNCHER} ended before it listened: ${errors}`);
    const { port } = JSON.parse(first.value) as { port: number }; // what launcher.py prints
    return new MotoServer(child, answers, `http://127.0.0.1:${port}`);
  }

  private constructor(child: ChildProcessWithoutNullStreams, lines: AsyncIterator<string>, url: string) {
    this.#child = child;
    this.#lines = lines;
    this.url = url;
  }

  /** Forgets everything that was made in it. */
  async reset(): Promise<void> {
    const { ok, status } = await fetch(`${this.url}/moto-api/reset`, { method: 'POST' });
    if (!ok) throw new Error(`POST ${this.url}/moto-api/reset answered ${status}, expected 200`);
  }

  /** Moves every AMI and snapshot so many ms into the past. */
  age(ms: number): Promise<void> {
    return this.#tell(`age ${ms / 1000}`);
  }

  /** Carries out the next call of an action such as `CreateImage`, and cuts its answer off. */
  loseAnswer(action: string): Promise<void> {
    return this.#tell(`lose ${action}`);
  }

  /** Ends when the process has: it reads its standard input to the end, and is killed if that is not enough. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.on('close', resolve));
    this.#child.stdin.end();
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(patience);
  }

  async #tell(command: string): Promise<void> {
    this.#child.stdin.write(`${command}\n`);
    const answer = await this.#lines.next();
    if (answer.done || answer.value !== 'done')
      throw new Error(`${LAUNCHER} did not answer "${command}" with done: ${JSON.stringify(answer)}`);
  }
}
