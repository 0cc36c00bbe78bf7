/// <reference types="vitest/config" />
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// One file builds three things: the viewer (default), the server (`vite build --ssr`), and runs the tests (vitest).
export default defineConfig(({ isSsrBuild }) => {
  if (process.env['VITEST']) {
    return {
      plugins: [react()],
      test: {
        root: '.',
        include: ['{parsers,netpath,api,server,web,test,tools}/**/*.test.{ts,tsx}'],
        exclude: ['test/kernel/**', 'test/e2e/**', 'test/cluster/**', '**/node_modules/**'],
        testTimeout: 30_000,
      },
    };
  }
  if (isSsrBuild) {
    return {
      build: {
        ssr: true,
        target: 'node20',
        outDir: 'dist/server',
        emptyOutDir: true,
        rolldownOptions: { input: { main: 'server/main.ts' }, output: { entryFileNames: '[name].js' } },
      },
    };
  }
  return {
    root: 'web',
    plugins: [react()],
    // Fonts and images stay files: the Content-Security-Policy allows no data: URLs for fonts.
    build: { outDir: '../dist/web', emptyOutDir: true, assetsInlineLimit: 0 },
  };
});
