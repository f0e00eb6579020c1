import { defineConfig } from 'vitest/config';

/** Compares retention with the `restic` on the PATH: `npm run test:restic`. */
export default defineConfig({
  test: {
    include: ['test/restic/**/*.test.ts'],
    env: { TZ: 'Pacific/Auckland', NO_COLOR: '1' },
    testTimeout: 60_000,
    hookTimeout: 600_000,
  },
});
