import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { notFound } from './answers.ts';
import { viewer } from './viewer.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vethscope-viewer-'));
let server: http.Server;
let base: string;

beforeAll(async () => {
  fs.mkdirSync(path.join(folder, 'assets'));
  fs.writeFileSync(path.join(folder, 'index.html'), '<!doctype html>the page');
  fs.writeFileSync(path.join(folder, 'assets', 'index-a1b2c3.js'), '1');
  server = http.createServer(express().use(viewer(folder)).use(notFound));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterAll(() => {
  server.close();
  fs.rmSync(folder, { recursive: true });
});

test.each(['/', '/cases/20261124-060000-abcdef', '/cases/ipvs-nft.seed-clash?tab=path'])(
  '%s is the page, always fresh',
  async (at) => {
    const answer = await fetch(base + at, { headers: { accept: 'text/html,*/*' } });
    expect(await answer.text()).toContain('the page');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  },
);

test('hashed assets are kept for ever; what is missing is missing', async () => {
  const asset = await fetch(`${base}/assets/index-a1b2c3.js`);
  expect(asset.headers.get('cache-control')).toContain('immutable');
  for (const at of ['/favicon.ico', '/api/cases.html', '/assets/gone.js', '/assets/../../index.html.js']) {
    expect([at, (await fetch(base + at)).status]).toEqual([at, 404]);
  }
});
