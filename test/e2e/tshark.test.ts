// tshark's tree of a packet beside ours: a false tshark, so that what is shown is known; and no button where there is none.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openViewer, type Viewer } from './viewer.fixture.ts';

const falseTshark = `#!/bin/sh
if [ "$1" = --version ]; then echo 'TShark (Wireshark) 9.8.7 (false).'; exit; fi
case "$*" in
  *'frame.number == 1 '*) echo "tshark: it does not want to" >&2; exit 2 ;;
esac
echo '<pdml><packet><proto name="frame" showname="Frame as the false tshark sees it"/>'
echo '<proto name="deep" showname="A protocol that vethscope does not know"><field name="deep.x" showname="Deep: 7" show="7"/></proto></packet></pdml>'
`;

describe.skipIf(browserPath === null)('tshark', () => {
  let viewer: Viewer;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'vethscope-tshark-'));
    chmodSync(folder, 0o755);
    writeFileSync(path.join(folder, 'tshark'), falseTshark);
    chmodSync(path.join(folder, 'tshark'), 0o755);
    viewer = await openViewer('dark', { env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` } });
  });
  afterAll(async () => {
    await viewer.close();
    rmSync(folder, { recursive: true });
  });

  const at = (no: number) => viewer.page.goto(`${viewer.url}/cases/ipvs-nft.seed-clash/packets?packet=${no}`);
  const button = () => viewer.page.getByRole('button', { name: 'tshark', exact: true });
  const layer = (name: RegExp) => viewer.page.getByRole('treeitem', { name });

  it('is asked by a button, and its tree says whose it is', async () => {
    const { page } = viewer;
    await at(60);
    await button().click();
    await layer(/A protocol that vethscope does not know/).waitFor();
    await page.getByText('tshark 9.8.7').waitFor();
    await page.getByText(/it numbers them 1 to \d+/).waitFor();
    expect(await layer(/^Ethernet II|^Linux cooked/).count()).toBe(0);
    await page.getByRole('button', { name: 'vethscope’s tree' }).click();
    await layer(/^Internet Protocol/).waitFor();
    expect(await page.getByText('tshark 9.8.7').count()).toBe(0);
  });

  it('that fails says why, and our tree stays', async () => {
    await at(1);
    await button().click();
    await viewer.page.getByRole('alert').getByText('it does not want to').waitFor();
    await layer(/^Internet Protocol/).waitFor();
  });

  it('is not offered where it is not installed', async () => {
    const { page } = viewer;
    await page.route('**/api/info', async (route) => {
      const answer = await route.fetch();
      const info = (await answer.json()) as object;
      await route.fulfill({ response: answer, json: { ...info, tshark: null } });
    });
    await at(60);
    await page.getByRole('button', { name: 'Follow stream' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await button().count()).toBe(0);
    await page.unroute('**/api/info');
  });

  it('had nothing to complain about', () => {
    expect(viewer.complaints.filter((text) => !/status of 502 .*\/tshark$/.test(text))).toEqual([]);
  });
});
