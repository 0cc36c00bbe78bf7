import { defineConfig } from 'vitest/config';

// The built viewer in a real browser, on the built server. `npm run test:e2e` builds both first.
export default defineConfig({
  test: {
    root: '.',
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
