// The three screens a stranger opens first, on the bundled samples: what they say, what the keys do, and that neither the
// Content-Security-Policy nor axe has anything to object to.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openViewer, type Viewer } from './viewer.fixture.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const clash = '/cases/ipvs-nft.seed-clash';

if (browserPath === null && process.env['CI']) throw new Error('the viewer is tested in Chromium, and there is none');

describe.skipIf(browserPath === null).each(['dark', 'light'] as const)('viewer, %s', (theme) => {
  let viewer: Viewer;
  beforeAll(async () => {
    viewer = await openViewer(theme);
  });
  afterAll(() => viewer.close());

  const open = async (path: string, text: string | RegExp) => {
    await viewer.page.goto(viewer.url + path);
    await viewer.page.getByText(text).first().waitFor();
  };

  const violations = async () => {
    // what fades in has not its colours yet
    const moving = () => document.getAnimations().filter((a) => a.playState === 'running').length;
    await expect.poll(() => viewer.page.evaluate(moving)).toBe(0);
    await viewer.page.evaluate(axe);
    const results = (await viewer.page.evaluate('axe.run()')) as AxeResults;
    return results.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
    );
  };

  it('lists the samples, and opens one from the command palette', async () => {
    await open('/', 'IPVS service answered by the hostPort pod');
    expect(await violations()).toEqual([]);
    await viewer.page.keyboard.press('Control+k');
    await viewer.page.getByRole('combobox').fill('answered hostport ipvs');
    await viewer.page.keyboard.press('Enter');
    await viewer.page.waitForURL(/seed-clash\/packets/);
  });

  it('shows packets, moves by keys, filters, and keeps it all in the address', async () => {
    const { page } = viewer;
    await open(`${clash}/packets`, /40580 → 80 \[SYN\]/);
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await page.waitForURL(/packet=\d+/);
    expect(await violations()).toEqual([]);
    await page.keyboard.press('/');
    await page.keyboard.type('tcp.flags.syn == 1 && ip.addr == 10.96.0.80');
    await page.keyboard.press('Enter');
    await page.waitForURL(/filter=/);
    await page.getByText(/matching/).waitFor();
    await page.goBack();
    await page.waitForURL((url) => !url.search.includes('filter'));
  });

  it('shows where else a packet was seen, goes there by a click, and lists the NAT that was seen', async () => {
    const { page } = viewer;
    await open(`${clash}/packets?packet=1`, 'first seen');
    const seen = page.getByRole('region', { name: 'Points that saw this packet' });
    await expect.poll(() => seen.getByRole('button').count()).toBeGreaterThan(4);
    await seen.getByRole('button', { name: /veth hostport-web/ }).click();
    await page.waitForURL(/packet=[2-9]/);
    await expect.poll(() => seen.locator('[aria-current=true]').textContent()).toContain('veth hostport-web');
    await page.getByText('dst was 10.96.0.80:80').first().waitFor();
    expect(await violations()).toEqual([]);
    await open(`${clash}/flows`, 'NAT seen');
    expect(await violations()).toEqual([]);
    await page.getByRole('button', { name: /10\.96\.0\.80:80 → 10\.244\.1\.5:8088/ }).click();
    await page.waitForURL(/packets\?.*packet=\d+/);
  });

  it('says that a filter is wrong while it is typed, and does not apply it', async () => {
    const { page } = viewer;
    await open(`${clash}/packets`, /40580 → 80 \[SYN\]/);
    await page.keyboard.press('/');
    await page.keyboard.type('tcp.port ==');
    await page.getByRole('alert').waitFor();
    await page.keyboard.press('Enter');
    expect(page.url()).not.toContain('filter=');
  });

  it('ties bytes to fields', async () => {
    const { page } = viewer;
    await open(`${clash}/packets?packet=1`, /^Bytes$/);
    await page.locator('[data-at="23"]').first().click();
    await page.locator('[role=treeitem][aria-selected=true]').waitFor();
    expect(await page.locator('[role=treeitem][aria-selected=true]').innerText()).toContain('Protocol');
  });

  it('follows a stream', async () => {
    const { page } = viewer;
    await page.getByRole('button', { name: 'Follow stream' }).click();
    const dialog = page.getByRole('dialog');
    await dialog
      .getByText(/GET \/.* HTTP\/1/)
      .first()
      .waitFor();
    await dialog
      .getByText(/HTTP\/1\.\d 200/)
      .first()
      .waitFor();
    await dialog.getByRole('button', { name: 'Client' }).click();
    expect(await dialog.getByText(/HTTP\/1\.\d 200/).count()).toBe(0);
    await dialog.getByRole('button', { name: 'Both' }).click();
    await dialog.getByRole('button', { name: 'Hex dump' }).click();
    await dialog
      .getByText(/48 54 54 50 2f 31/)
      .first()
      .waitFor();
    await dialog.getByRole('button', { name: 'Raw' }).click();
    await dialog
      .getByText(/^474554/)
      .first()
      .waitFor();
    const saved = page.waitForEvent('download');
    await dialog.getByRole('link', { name: 'Save bytes' }).click();
    expect((await saved).suggestedFilename()).toMatch(/^flow-\d+-both\.bin$/);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('answers first, then shows the line behind a claim', async () => {
    const { page } = viewer;
    await open(`${clash}/path?flow=0`, 'hostport-web answered, not the service web');
    expect(await page.evaluate('document.documentElement.scrollHeight <= innerHeight')).toBe(true);
    expect(await violations()).toEqual([]);
    await page.getByRole('button', { name: /^iptables-save.txt:43/ }).click();
    await page.waitForURL(/dump=/);
    await page.getByRole('region', { name: 'bundle/iptables-save.txt', exact: true }).waitFor();
    expect(await page.locator('[aria-current=true]').last().innerText()).toContain('CNI-HOSTPORT-DNAT');
  });

  it('lets panes be resized, by pointer and by keyboard', async () => {
    const { page } = viewer;
    await open(`${clash}/path?flow=0`, 'Steps that mattered');
    const divider = page.getByRole('separator', { name: 'Width of the steps' });
    const before = await divider.boundingBox();
    if (before === null) throw new Error('no divider');
    await page.mouse.move(before.x, before.y + 40);
    await page.mouse.down();
    await page.mouse.move(before.x - 120, before.y + 40, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => (await divider.boundingBox())?.x).toBeLessThan(before.x - 100);
    await divider.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(async () => (await divider.boundingBox())?.x).toBeGreaterThan(before.x - 120);
  });

  it('refuses a packet where it was typed', async () => {
    const { page } = viewer;
    await open(`${clash}/path`, 'Which packet shall be followed');
    await page.getByLabel('Packet to explain').fill('tcp nonsense');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    // The browser reports the 400 that says so, when it gets to it.
    await expect.poll(() => viewer.complaints.length).toBeGreaterThan(0);
    viewer.complaints.splice(0);
  });

  it('shows flows, findings and files', async () => {
    await open(`${clash}/flows`, '10.96.0.80:80');
    expect(await violations()).toEqual([]);
    await open(`${clash}/findings`, 'Remedy');
    expect(await violations()).toEqual([]);
    await open(`${clash}/files`, /\d+ files/);
    expect(await violations()).toEqual([]);
  });

  it('counts: sorts a table, opens the packets of a row and of an interval', async () => {
    const { page } = viewer;
    await open(`${clash}/statistics`, '10.96.0.80');
    expect(await violations()).toEqual([]);
    await page.getByRole('button', { name: 'Start' }).click();
    await page.locator('[aria-sort=descending]').waitFor();
    await page.locator('[role=row][aria-rowindex="2"]').dblclick();
    await page.waitForURL(/packets\?filter=ip\.addr/);
    await open(`${clash}/statistics?table=hierarchy`, 'json');
    expect(await violations()).toEqual([]);
    await page.getByRole('tree').focus();
    for (const key of ['ArrowDown', 'ArrowLeft']) await page.keyboard.press(key);
    await expect.poll(() => page.getByRole('treeitem', { expanded: false }).count()).toBe(1);
    await page.keyboard.press('Enter');
    await page.waitForURL(/packets\?filter=ip(&|$)/);
    await open(`${clash}/statistics?table=io&filter=http`, 'passes the filter');
    expect(await violations()).toEqual([]);
    await page.getByRole('slider').focus();
    for (const key of ['End', 'Enter']) await page.keyboard.press(key);
    await page.waitForURL(/packets\?filter=http.+frame\.time_epoch/);
    for (const table of ['lengths', 'expert', 'endpoints.ip']) {
      await open(`${clash}/statistics?table=${table}`, /Packets/);
      expect(await violations()).toEqual([]);
    }
  });

  it('takes files, and opens the case they make', async () => {
    const { page } = viewer;
    await open('/', 'Your captures');
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose files' }).click();
    await (await chooser).setFiles(['fixtures/samples/ipvs-nft.seed-clash/pcap/pod-client.pcap', 'package.json']);
    await page.waitForURL(/\/cases\/.+\/packets/);
    await page
      .getByText(/40580 → 80 \[SYN\]/)
      .first()
      .waitFor();
    await page.getByText('2 files received').waitFor();
    await page.goto(`${viewer.url}/`);
    await page.getByRole('button', { name: /^Delete pod-client/ }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('None yet').waitFor();
  });

  it('had nothing to complain about', () => {
    // The refused packet is asked for again when its screen comes back.
    const refused = /status of 400 .*\/explain$/;
    expect(viewer.complaints.filter((text) => !refused.test(text))).toEqual([]);
  });
});
