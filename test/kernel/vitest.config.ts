import path from 'node:path';
import { defineConfig } from 'vitest/config';

// The privileged suite: it makes network namespaces, loads rules and reads the kernel's trace. Run as root: npm run test:kernel
export default defineConfig({
  test: {
    root: path.resolve(import.meta.dirname, '../..'),
    include: ['test/kernel/**/*.test.ts'],
    fileParallelism: false,
    // A long differential is one test: six seconds a rule set, loaded machines included.
    testTimeout: 600_000 + Number(process.env['VETHSCOPE_RULESETS'] ?? '0') * 6_000,
    hookTimeout: 60_000,
  },
});
