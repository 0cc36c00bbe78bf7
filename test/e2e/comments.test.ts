// Comments in the viewer: those of the file, one's own, on packets and captures; kept over a crash, and in the export.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withComments } from '../../parsers/capture/packet-options.ts';
import { PcapngBuilder } from '../../parsers/capture/pcapng-builder.ts';
import * as f from '../conformance/frames.ts';
import { browserPath, openViewer, type Viewer } from './viewer.fixture.ts';

function capture(): Uint8Array {
  const builder = new PcapngBuilder();
  builder.section({ application: 'test', comments: ['sent by the customer'] });
  builder.interface({ linkType: 1, name: 'eth0' });
  for (const [port, comments] of [
    [2001, ['first of the file', 'second of the file']],
    [2002, []],
  ] as const) {
    const frame = f.frame(f.ethernet(0x0800, f.ip4('10.0.0.1', '10.0.0.2', 17, f.udp(1000, port, [1, 2, 3]))));
    builder.packet(0, 10, 0, frame, 0, frame.length, frame.length, withComments(null, comments));
  }
  return builder.take();
}

describe.skipIf(browserPath === null)('comments', () => {
  let viewer: Viewer;
  let folder: string;
  beforeAll(async () => {
    viewer = await openViewer();
    folder = mkdtempSync(path.join(os.tmpdir(), 'vethscope-comments-'));
    writeFileSync(path.join(folder, 'said.pcapng'), capture());
  });
  afterAll(async () => {
    await viewer.close();
    rmSync(folder, { recursive: true });
  });

  const grid = () => viewer.page.getByRole('grid');
  const ofPacket = () => viewer.page.getByRole('region', { name: 'Comments on this packet' });

  it('marks packets that the file has comments on, and shows them', async () => {
    const { page } = viewer;
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose files' }).click();
    await (await chooser).setFiles([path.join(folder, 'said.pcapng')]);
    await page.waitForURL(/\/cases\/.+\/packets/);
    await grid().getByText('first of the file').click();
    await ofPacket().getByText('second of the file').waitFor();
    await page.getByRole('treeitem', { name: 'Packet comments' }).waitFor();
  });

  it('adds, changes and deletes', async () => {
    const { page } = viewer;
    await grid().getByText('1000 → 2002').click();
    await page.getByRole('heading', { name: 'Packet 2' }).waitFor();
    await page.getByRole('button', { name: 'Comment', exact: true }).click();
    await page.getByRole('textbox', { name: 'Comment' }).fill('this one is\nthe culprit');
    await page.keyboard.press('Control+Enter');
    await grid().getByText('this one is').waitFor();
    await grid().getByText('first of the file').click();
    await page.getByRole('heading', { name: 'Packet 1' }).waitFor();
    await ofPacket().getByRole('button', { name: 'Delete comment 1' }).click();
    await ofPacket().getByText('first of the file').waitFor({ state: 'detached' });
    await ofPacket().getByRole('button', { name: 'Change comment 1' }).click();
    await page.getByRole('textbox', { name: 'Comment' }).fill('changed by hand');
    await ofPacket().getByRole('button', { name: 'Save' }).click();
    await grid().getByText('changed by hand').waitFor();
  });

  it('finds them by filter, and has them after a crash', async () => {
    const { page } = viewer;
    await viewer.crash();
    await page.reload();
    await grid().getByText('changed by hand').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('frame.comment contains "culprit"');
    await page.keyboard.press('Enter');
    await page.getByText('1 matching').waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('link', { name: 'pcapng', exact: true }).click();
    const stream = await (await saved).createReadStream();
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    for (const said of ['this one is\nthe culprit', 'sent by the customer']) expect(text).toContain(said);
    expect(text).not.toContain('changed by hand');
  });

  it('somebody else’s change is not overwritten', async () => {
    const { page } = viewer;
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await grid().getByText('changed by hand').click();
    await page.getByRole('heading', { name: 'Packet 1' }).waitFor();
    await ofPacket().getByRole('button', { name: 'Change comment 1' }).click();
    await page.getByRole('textbox', { name: 'Comment' }).fill('mine');
    await page.route('**/comments', async (route) => {
      const asked = route.request().postDataJSON() as { was?: string[] };
      await route.continue({ postData: JSON.stringify({ ...asked, was: ['what was there before'] }) });
    });
    await ofPacket().getByRole('button', { name: 'Save' }).click();
    await ofPacket().getByRole('alert').getByText('somebody else changed').waitFor();
    await page.unroute('**/comments');
    await ofPacket().getByRole('button', { name: 'Cancel' }).click();
  });

  it('shows and takes what is said of the capture and its interface', async () => {
    const { page } = viewer;
    await page
      .getByRole('button', { name: 'Files' })
      .or(page.getByRole('link', { name: 'Files' }))
      .first()
      .click();
    await page.getByText('sent by the customer').waitFor();
    await page.getByRole('button', { name: 'Add a comment' }).last().click();
    await page.getByRole('textbox', { name: 'Comment' }).fill('the uplink');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('the uplink').waitFor();
    await page.reload();
    await page.getByText('the uplink').waitFor();
  });

  it('had nothing to complain about', () => {
    // The refusal above, and what the crash broke off.
    const expected = /409|WebSocket|ERR_CONNECTION|Failed to load/;
    expect(viewer.complaints.filter((text) => !expected.test(text))).toEqual([]);
  });
});
