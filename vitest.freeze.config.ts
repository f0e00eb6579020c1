import { defineConfig } from 'vitest/config';

/** Freezes real file systems, on loop devices: `npm run test:freeze`, as root. */
export default defineConfig({
  test: {
    include: ['test/freeze/**/*.test.ts'],
    env: { TZ: 'Pacific/Auckland', NO_COLOR: '1' },
    testTimeout: 60_000,
  },
});
