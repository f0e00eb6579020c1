import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need programs that npm cannot bring: suites of their own.
    exclude: ['test/browser/**', 'test/freeze/**', 'test/restic/**', 'test/wire/**'],
    env: { TZ: 'Pacific/Auckland', NO_COLOR: '1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    testTimeout: 60_000,
  },
});
