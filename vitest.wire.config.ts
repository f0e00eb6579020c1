import { defineConfig } from 'vitest/config';
import { motoVersion } from './test/wire/moto.ts';

const moto = motoVersion();
process.stdout.write(
  moto === undefined
    ? 'moto_server is not on this machine: its scenarios are skipped, and run on the simulated account only\n'
    : `moto ${moto}\n`,
);

/** The same scenarios on the simulated account and, over HTTP, on moto: `npm run test:wire`. */
export default defineConfig({
  test: {
    include: ['test/wire/**/*.test.ts'],
    env: { TZ: 'Pacific/Auckland', NO_COLOR: '1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // The servers are processes of their own.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
