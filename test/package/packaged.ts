/** What `serverless package` makes of a copy of this tree, offline and without any AWS credentials. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { unzipSync } from 'fflate';
import type { Environment } from '../../src/handlers/environment.ts';
import type { Template } from '../support/cloudformation.ts';

/** A Serverless that hangs fails the tests. */
export const PATIENCE = 50_000;
const NEEDED = ['serverless.yml', 'package.json', 'infra', 'scripts', 'src'];

export interface Ended {
  readonly code: number | null;
  /** Both of its outputs. */
  readonly said: string;
}

/** A copy of the tree in which Serverless can be run: the build of the tree itself stays as it is. */
export class Copy {
  readonly folder = mkdtempSync(join(tmpdir(), 'ec2-backup-package-'));

  constructor(policies: string) {
    for (const name of NEEDED) cpSync(name, join(this.folder, name), { recursive: true });
    symlinkSync(resolve('node_modules'), join(this.folder, 'node_modules'));
    writeFileSync(join(this.folder, 'policies.yml'), policies);
  }

  serverless(args: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
    const program = join(this.folder, 'node_modules', 'serverless', 'bin', 'serverless.js');
    const { status, stdout, stderr, error } = spawnSync(process.execPath, [program, ...args], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], HOME: this.folder, NO_COLOR: '1', ...env },
      encoding: 'utf8',
      timeout: PATIENCE,
    });
    if (error) throw error;
    return { code: status, said: stdout + stderr };
  }

  get templateFile(): string {
    return join(this.folder, '.serverless', 'cloudformation-template-update-stack.json');
  }

  template(): Template {
    // CloudFormation's shape, which cfn-lint checks.
    return JSON.parse(readFileSync(this.templateFile, 'utf8')) as Template;
  }

  /** The files of a function's zip, by path. */
  unzip(name: string): ReadonlyMap<string, Uint8Array> {
    const zip = readFileSync(join(this.folder, '.serverless', `${name}.zip`));
    return new Map(Object.entries(unzipSync(zip)));
  }

  /** Loads a function as Lambda does: from its own zip. */
  async load(name: string): Promise<unknown> {
    return import(this.unpack(name));
  }

  /** Calls a function in a process of its own, as Lambda does: nothing but its zip is there. */
  async runAlone(name: string, event: object): Promise<Ended> {
    const folder = mkdtempSync(join(tmpdir(), 'ec2-backup-task-'));
    for (const [path, bytes] of this.unzip(name)) writeFileSync(join(folder, basename(path)), bytes);
    const call = `const { handler } = await import('./index.mjs'); await handler(${JSON.stringify(event)});`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', call], { cwd: folder });
    const said = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    rmSync(folder, { recursive: true });
    return { code: child.exitCode, said: said.slice(0, 2).join('') };
  }

  /** Unpacks a function's zip to where there is nothing else; answers the URL of its module. */
  unpack(name: string): string {
    const task = join(mkdtempSync(join(this.folder, 'task-')), name);
    for (const [path, bytes] of this.unzip(name)) {
      mkdirSync(dirname(join(task, path)), { recursive: true });
      writeFileSync(join(task, path), bytes);
    }
    return pathToFileURL(join(task, 'dist', 'lambda', name, 'index.mjs')).href;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

type Handler = (event: unknown) => Promise<object>;

/** What the bundle of a function exports. */
export interface BackupBundle {
  readonly backupHandler: (environment: Environment) => Handler;
  readonly handler: Handler;
}

export interface ReplicateBundle {
  readonly replicateHandler: (environment: Environment) => Handler;
}

export interface PruneBundle {
  readonly pruneHandler: (environment: Environment) => Handler;
}

export interface RegisterPoliciesBundle {
  readonly registerPoliciesHandler: (environment: Environment) => Handler;
}
