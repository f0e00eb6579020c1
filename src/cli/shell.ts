/** What a command needs of the terminal and the machine; `main.ts` makes the real one, tests their own. */

import type { BlockClients } from '../lib/aws/block-clients.ts';
import type { Clients } from '../lib/aws/clients.ts';
import type { DeploymentClients } from '../lib/aws/deployment-clients.ts';
import type { Paint } from '../lib/report/text.ts';
import type { Clock } from '../lib/run/context.ts';
import type { Connect } from '../lib/run/reach.ts';

export interface Shell {
  /** One or more lines of the answer, to standard output. */
  out(text: string): void;
  /** What is not the answer: questions, progress, errors. */
  note(text: string): void;
  /** Somebody is there to answer a question. */
  readonly interactive: boolean;
  /** Standard output is a screen, and no file or pipe: it can be cleared. */
  readonly isScreen: boolean;
  /** Of standard output, anew each time, as a window changes; undefined when it is no screen. */
  screenSize(): ScreenSize | undefined;
  /** Whether somebody still reads standard output: `| head` goes when it has enough. */
  isRead(): boolean;
  readonly paint: Paint;
  /** The policy file when --policies names none: EC2_BACKUP_POLICIES, as for the deployment, or policies.yml. */
  readonly policiesPath: string;
  readonly clock: Clock;
  /** Clients for a Region, by default the one of the SDK's conventions; a ConfigurationError when there is none. */
  connect(region: string | undefined): Promise<Connection>;
  confirm(question: string): Promise<boolean>;
  /** Starts showing that work goes on. */
  progress(title: string): ProgressView;
  /** All of standard input. */
  readInput(): Promise<string>;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export interface Connection {
  readonly region: string;
  readonly clients: Clients;
  /** Clients of EC2, KMS and STS for other places. */
  readonly at: Connect;
  /** Clients of what `serverless deploy` made, which only `doctor` looks at. */
  deployment(): Promise<DeploymentClients>;
  /** Clients of the EBS direct APIs, which only `cost --exact` asks. */
  blocks(): Promise<BlockClients>;
}

export interface ProgressView {
  update(text: string): void;
  stop(): void;
}

export const EXIT = { done: 0, error: 1, usage: 2, failed: 3, refused: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command line was not understood: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
