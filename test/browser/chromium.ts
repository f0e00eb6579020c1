/** The system's Chromium, in which reports are opened. */

import { execFileSync } from 'node:child_process';

/** Debian's name for it, unless CHROMIUM names another. */
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Where this is set a missing Chromium fails the suite: `.ci/run` installs one, and must not pass without. */
export const IS_REQUIRED = (process.env['REQUIRE_CHROMIUM'] ?? '') !== '';

/** Such as `Chromium 156.0.8078.108`, undefined when there is none. */
export function chromiumVersion(): string | undefined {
  try {
    const [version] = execFileSync(CHROMIUM, ['--version'], { encoding: 'utf8', stdio: 'pipe' }).split(
      ' built',
    );
    return version?.trim();
  } catch {
    return undefined;
  }
}
