import path from 'node:path';
import { defineConfig } from 'vitest/config';

// The opt-in suite against a real cluster: VETHSCOPE_KUBECONFIG=~/.kube/config npm run test:cluster. It only reads.
export default defineConfig({
  test: {
    root: path.resolve(import.meta.dirname, '../..'),
    include: ['test/cluster/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
