// HTTP bodies in the viewer: listed, opened at the packet that completes one, saved byte for byte.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openViewer, type Viewer } from './viewer.fixture.ts';

const capture = path.resolve(import.meta.dirname, '../../fixtures/captures/streams.http.pcap');

describe.skipIf(browserPath === null)('HTTP bodies', () => {
  let viewer: Viewer;
  beforeAll(async () => {
    viewer = await openViewer();
  });
  afterAll(async () => {
    await viewer.close();
  });

  it('are listed, and saved from their packet', async () => {
    const { page } = viewer;
    await page.getByText('Your captures').waitFor();
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose files' }).click();
    await (await chooser).setFiles([capture]);
    await page.waitForURL(/\/cases\/.+\/packets/);
    await page
      .getByRole('navigation', { name: 'Views of the case' })
      .getByRole('button', { name: 'Statistics' })
      .click();
    await page.getByRole('button', { name: 'HTTP bodies' }).click();
    await page.getByText(/POST .*\/post/).waitFor();
    await page.getByText(/GET .*\/x\.json/).dblclick();
    await page.waitForURL(/packet=26/);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save body' }).click();
    const saved = readFileSync(await (await download).path());
    expect(JSON.parse(saved.toString())).toEqual({ a: 1 });
    // A packet that completes no message has nothing to save.
    await page.getByRole('row').filter({ hasText: '[SYN]' }).first().click();
    await page.getByRole('button', { name: 'Save body' }).waitFor({ state: 'detached' });
    expect(viewer.complaints).toEqual([]);
  });
});
