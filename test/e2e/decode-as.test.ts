// "Decode as" in the viewer: said at a packet, seen by whoever looks at the case, still there after a crash, and taken back.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writePcap } from '../../parsers/capture/writer.ts';
import * as f from '../conformance/frames.ts';
import { browserPath, openViewer, type Viewer } from './viewer.fixture.ts';

// Two questions: with one it would be taken for DNS by itself.
const question = [...f.dnsName('only.seen.as.dns'), 0, 1, 0, 1];
const query = f.dnsMessage(1, 0x100, [2, 0, 0, 0], [...question, ...question]);
const capture = writePcap(
  { linkType: 1 },
  [5300, 5301].map((port, i) => ({
    ns: BigInt(i) * 1_000_000n,
    bytes: f.frame(f.ethernet(0x0800, f.ip4('10.0.0.1', '10.0.0.2', 17, f.udp(40_000, port, query)))),
  })),
);

describe.skipIf(browserPath === null)('decode as', () => {
  let viewer: Viewer;
  let folder: string;
  beforeAll(async () => {
    viewer = await openViewer();
    folder = mkdtempSync(path.join(os.tmpdir(), 'vethscope-decode-'));
    writeFileSync(path.join(folder, 'queries.pcap'), capture);
  });
  afterAll(async () => {
    await viewer.close();
    rmSync(folder, { recursive: true });
  });

  const named = () => viewer.page.getByText(/Standard query .* only\.seen\.as\.dns/);

  it('offers the port of the packet, and reads it as what is chosen', async () => {
    const { page } = viewer;
    await page.getByText('Your captures').waitFor();
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose files' }).click();
    await (await chooser).setFiles([path.join(folder, 'queries.pcap')]);
    await page.waitForURL(/\/cases\/.+\/packets/);
    await page.getByText('40000 → 5300', { exact: false }).first().click();
    await page.getByRole('button', { name: 'Decode as …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Decode as' });
    expect(await dialog.getByLabel('Port or range of ports').inputValue()).toBe('5300');
    await dialog.getByLabel('Read as').selectOption('dns');
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await dialog.waitFor({ state: 'detached' });
    await named().first().waitFor();
    expect(await page.getByText('40000 → 5301', { exact: false }).count()).toBe(1);
    await page.getByRole('treeitem', { name: /Domain Name System/ }).waitFor();
  });

  it('refuses with the reason, in the dialog', async () => {
    const { page } = viewer;
    await page.getByRole('button', { name: 'Decode as', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Decode as' });
    await dialog.getByLabel('Port or range of ports').fill('70000');
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await dialog.getByRole('alert').getByText('no range of ports').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('is there after a crash, and whoever else looks sees it go', async () => {
    const { page } = viewer;
    await viewer.crash();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByText('udp.port==5300,dns').waitFor();
    await other
      .getByText(/only\.seen\.as\.dns/)
      .first()
      .waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Remove udp.port==5300,dns' }).click();
    await other.getByText('udp.port==5300,dns').waitFor({ state: 'detached' });
    await other.getByText('40000 → 5300', { exact: false }).first().waitFor();
    await expect.poll(() => named().count()).toBe(0);
    await other.close();
  });
});
