/** The system's Chromium, in which reports are opened. */

import { execFileSync } from 'node:child_process';

/** Debian's name for it. */
export const CHROMIUM = '/usr/bin/chromium';

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
