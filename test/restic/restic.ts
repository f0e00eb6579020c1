/** A throw-away repository of the real `restic`, with backups at stated times. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { offsetAt } from '../../src/lib/policy/time-zone.ts';

const HOUR = 3_600_000;

/** The version on the PATH such as `0.14.0`, undefined when there is none. */
export function resticVersion(): string | undefined {
  try {
    return /restic (\d+\.\d+\.\d+)/.exec(execFileSync('restic', ['version'], { encoding: 'utf8' }))?.[1];
  } catch {
    return undefined;
  }
}

export class ResticRepository {
  readonly #folder = mkdtempSync(join(tmpdir(), 'restic-'));
  readonly #file = join(this.#folder, 'file');

  constructor() {
    writeFileSync(this.#file, 'backed up');
    this.#run('UTC', ['init', '--quiet']);
  }

  /**
   * Makes a backup at an instant (ms since the epoch), stored with the zone's offset at that instant, so that both
   * passes of a repeated hour can be had. `series` keeps what is compared together apart.
   */
  backup(time: number, series: string, zone: string): void {
    const offset = offsetAt(zone, time);
    const hours = offset / HOUR;
    if (!Number.isInteger(hours)) throw new Error(`offset of ${zone} is no whole hour`);
    // The signs of these zones are those of POSIX: west is positive.
    const fixed = `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
    const local = new Date(time + offset).toISOString().slice(0, 19).replace('T', ' ');
    this.#run(fixed, ['backup', '--quiet', '--force', '--tag', series, '--time', local, this.#file]);
  }

  /** The instants that `forget` would keep with these flags, newest first. */
  kept(series: string, flags: readonly string[], zone: string): number[] {
    const args = ['forget', '--dry-run', '--json', '--group-by', '', '--tag', series, ...flags];
    const [group] = JSON.parse(this.#run(zone, args)) as ForgetGroup[]; // the shape of restic's --json
    return (group?.keep ?? []).map(({ time }) => Date.parse(time)).sort((a, b) => b - a);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #run(zone: string, args: readonly string[]): string {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, TZ: zone, RESTIC_PASSWORD: 'test' };
    const common = ['--repo', join(this.#folder, 'repository'), '--no-cache'];
    return execFileSync('restic', [...common, ...args], { encoding: 'utf8', env });
  }
}

interface ForgetGroup {
  readonly keep: readonly { readonly time: string }[] | null;
}
