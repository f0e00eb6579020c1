/** Without Chromium the browser suite tests nothing: on somebody's machine it says so, in the gate it fails. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const LIST = ['node_modules/vitest/vitest.mjs', 'list', '-c', 'vitest.browser.config.ts'];

function listed(env: Readonly<Record<string, string>>): {
  readonly status: number | null;
  readonly said: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, LIST, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], CHROMIUM: '/nowhere/chromium', ...env },
    timeout: 60_000,
  });
  return { status, said: `${stdout}${stderr}` };
}

test('where it is not required, a missing Chromium is said and the tests are skipped', () => {
  const { status, said } = listed({});
  expect(said).toContain('/nowhere/chromium is not on this machine');
  expect(status).toBe(0);
});

test('where it is required, a missing Chromium fails the suite', () => {
  const { status, said } = listed({ REQUIRE_CHROMIUM: '1' });
  expect(said).toContain('REQUIRE_CHROMIUM is set, and /nowhere/chromium --version does not answer');
  expect(status).not.toBe(0);
});

test('the gate requires it', () => {
  expect(readFileSync('.ci/run', 'utf8')).toMatch(/^REQUIRE_CHROMIUM=1 npm run test:browser$/m);
});
