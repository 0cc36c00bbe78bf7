// The seed case as a support engineer would follow it: files that came by mail are dropped, recognised, read, and explained. The
// screenshots are kept in test/e2e/shots (or where VETHSCOPE_SHOTS says), for people to look at.
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openViewer, type Viewer } from './viewer.fixture.ts';

const root = path.resolve(import.meta.dirname, '../..');
const seed = path.join(root, 'fixtures/samples/ipvs-nft.seed-clash');
const shots = process.env['VETHSCOPE_SHOTS'] ?? path.join(import.meta.dirname, 'shots');

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? filesBelow(path.join(dir, e.name)) : [path.join(dir, e.name)],
  );
}

describe.skipIf(browserPath === null)('from upload to explanation', () => {
  let viewer: Viewer;
  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    viewer = await openViewer('dark');
  });
  afterAll(() => viewer.close());
  const shot = (name: string) => viewer.page.screenshot({ path: path.join(shots, `${name}.png`) });

  it('uploads captures and dumps together, and recognises each by its content', async () => {
    const { page } = viewer;
    await page.getByText('Your captures').waitFor();
    await shot('library');
    const files = [...filesBelow(path.join(seed, 'pcap')), ...filesBelow(path.join(seed, 'bundle'))];
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose files' }).click();
    await (await chooser).setFiles(files);
    await page.waitForURL(/\/cases\/.+\/packets/);
    await page.getByText(`${files.length} files received`).waitFor({ timeout: 20_000 });
    await page.goto(page.url().replace(/packets.*/, 'files'));
    await page.getByText('ipvsadm-save').first().waitFor();
    await shot('files');
  });

  it('lists the packets of all points in one list', async () => {
    const { page } = viewer;
    await page.goto(page.url().replace(/files.*/, 'packets?packet=4'));
    await page
      .getByText(/40580 → 8088 \[SYN\]/)
      .first()
      .waitFor();
    expect(await page.getByText('70 packets').first().isVisible()).toBe(true);
    await shot('packets');
  });

  it('goes from a flow to the answer', async () => {
    const { page } = viewer;
    await page.goto(page.url().replace(/packets.*/, 'flows'));
    const row = page.getByRole('row').filter({ hasText: '10.96.0.80:80' }).filter({ hasText: 'veth client' });
    await row.waitFor();
    await shot('flows');
    await row.getByRole('button', { name: 'Path' }).click();
    await page
      .getByRole('heading', { name: /^hostport-web answered, not the service web: its hostPort 80 took the packet/ })
      .waitFor();
    for (const said of [
      'sits on',
      'stands before kube-proxy',
      'waits at LOCAL_IN',
      'IPVS · not reached',
      'web-1 10.244.1.3:8080 via IPVS',
    ]) {
      expect(await page.getByText(said).count(), said).toBeGreaterThan(0);
    }
    await shot('path');
  });

  it('opens the line of the dump behind a step', async () => {
    const { page } = viewer;
    await page
      .getByRole('button', { name: /iptables-save.txt:43/ })
      .first()
      .click();
    await page.waitForURL(/dump=/);
    expect(await page.locator('[aria-current=true]').last().innerText()).toContain('CNI-HOSTPORT-DNAT');
    await page.getByRole('button', { name: /^Why not web-1/ }).click();
    await page.getByText(/was not evaluated/).waitFor();
    await shot('why-not');
  });

  it('answers a packet that was never sent', async () => {
    const { page } = viewer;
    await page.goto(
      `${page.url().replace(/path.*/, 'path')}?spec=${encodeURIComponent('tcp 10.244.1.2:50000 > 10.96.0.81:9000 from pod default/client')}`,
    );
    await page.getByRole('heading', { name: /^One of 2 receivers/ }).waitFor();
    await shot('outcomes');
    expect(viewer.complaints).toEqual([]);
  });
});
