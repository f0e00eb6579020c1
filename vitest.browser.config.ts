import { defineConfig } from 'vitest/config';
import { CHROMIUM, chromiumVersion, IS_REQUIRED } from './test/browser/chromium.ts';

const version = chromiumVersion();
if (version === undefined && IS_REQUIRED)
  throw new Error(
    `REQUIRE_CHROMIUM is set, and ${CHROMIUM} --version does not answer: nothing would be tested`,
  );
process.stdout.write(
  version === undefined
    ? `${CHROMIUM} is not on this machine: the report is not opened, and its tests are skipped\n`
    : `${version}\n`,
);

/** Opens reports in Chromium: `npm run test:browser`. REPORT_SCREENSHOTS names a folder for pictures of them, those of docs/images among them. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    env: { TZ: 'Pacific/Auckland', NO_COLOR: '1' },
    // The browser is a process of its own.
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
