// `npm run bench`: measurements, not tests. They print ratios taken side by side in one run; nothing is asserted.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: '.',
    include: ['test/bench/**/*.bench-run.ts'],
    testTimeout: 600_000,
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
});
