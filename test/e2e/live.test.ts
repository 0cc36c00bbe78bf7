// Journey one in the browser: a pod of a real containerd is picked, captured at every point of its path, watched live, and saved
// as a file that Wireshark reads. And what the screen says where the server may not look at pods.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ContainerdNode, missingForContainerd } from '../kernel/containerd.fixture.ts';
import { browserPath, openViewer, type Viewer } from './viewer.fixture.ts';

const inCi = process.env['CI'] !== undefined;
const shots = process.env['VETHSCOPE_SHOTS'] ?? path.join(import.meta.dirname, 'shots');
const program = (name: string) =>
  ['/usr/bin', '/usr/sbin', '/bin', '/sbin'].some((dir) => existsSync(path.join(dir, name)));

describe.skipIf(browserPath === null)('without the rights to look at pods', () => {
  let viewer: Viewer;
  beforeAll(async () => {
    viewer = await openViewer('light', { asNobody: true });
  });
  afterAll(() => viewer.close());

  it('says what is missing and how to get it, and everything else works', async () => {
    const { page } = viewer;
    await page.getByRole('button', { name: 'Pods', exact: true }).click();
    await page.waitForURL(/\/pods$/);
    await page.getByRole('heading', { name: /need more rights/ }).waitFor();
    await page
      .getByText(/CAP_NET_RAW/)
      .first()
      .waitFor();
    viewer.complaints.splice(0); // the browser reports the 403 that says so
    await page.getByRole('button', { name: 'Open captures' }).click();
    await page.getByText('Your captures').waitFor();
    expect(viewer.complaints).toEqual([]);
  });
});

/** What a browser says of headers that mean nothing over plain HTTP to an address that is not loopback. */
const ofPlainHttp = /Cross-Origin-Opener-Policy|Origin-Agent-Cluster/;

const lacking = [
  ...missingForContainerd(),
  ...['tcpdump', 'nsenter', 'tshark', 'capinfos'].filter((name) => !program(name)),
];
const real = browserPath !== null && (inCi || (lacking.length === 0 && process.getuid?.() === 0));

describe.skipIf(!real)('from a pod to a file for Wireshark', () => {
  let node: ContainerdNode;
  let viewer: Viewer;
  beforeAll(async () => {
    node = await ContainerdNode.start();
    await node.runPod({ name: 'client' });
    await node.runPod({
      name: 'web',
      command: ['/bin/sh', '-c', 'echo hello >/tmp/index.html; exec httpd -f -p 8080 -h /tmp'],
      hostPorts: [{ hostPort: 8081, containerPort: 8080 }],
    });
    viewer = await openViewer('dark', {
      netns: { path: node.netns, address: node.address },
      env: { CONTAINER_RUNTIME_ENDPOINT: `unix://${node.socket}` },
    });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await viewer.page.screenshot({ path: path.join(shots, 'failed.png') });
  });
  afterAll(async () => {
    await viewer?.close();
    await node?.stop();
  });

  it('lists the pods, and finds one by its port', async () => {
    const { page } = viewer;
    await page.goto(`${viewer.url}/pods`);
    await page.getByRole('checkbox', { name: 'client in default' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('8081');
    await page.getByRole('checkbox', { name: 'client in default' }).waitFor({ state: 'detached' });
    expect(await page.getByText('8081 → 8080 tcp').first().isVisible()).toBe(true);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    await page.waitForURL(/pod=default%2Fweb/);
  });

  it('draws its path as points, and shows the filter at each', async () => {
    const { page } = viewer;
    await page.getByRole('heading', { name: 'Capture default/web' }).waitFor();
    const points = page.getByRole('group', { name: 'Points of the path' });
    for (const name of [/^in the pod/, /^host side/]) {
      await points.getByRole('button', { name, pressed: true }).waitFor();
    }
    await page.getByLabel('Capture filter').fill('tcp port 8081');
    await page.getByRole('list', { name: 'The filter at each point' }).getByText(/8080/).first().waitFor();
    await page.screenshot({ path: path.join(shots, '8-pods.png') });
    await page.getByLabel('Capture filter').fill('tcp prot 8081');
    await page.getByText(/syntax error/).waitFor();
    expect(await page.getByRole('button', { name: 'Start capture' }).isDisabled()).toBe(true);
    await page.getByLabel('Capture filter').fill('tcp port 8081');
  });

  it('shows packets while they arrive, at every point', async () => {
    const { page } = viewer;
    await page.getByRole('button', { name: 'Start capture' }).click();
    await page.waitForURL(/\/cases\/.+\/packets/);
    await page.getByText(/^live · /).waitFor();
    expect(await (await fetch(`http://${node.address}:8081/`)).text()).toBe('hello\n');
    await page
      .getByText(/→ 8080 \[/)
      .first()
      .waitFor();
    await page.getByText(/^live · .* 0 dropped/).click();
    await page.getByRole('rowheader', { name: /web/ }).first().waitFor();
    await page.screenshot({ path: path.join(shots, '9-live.png') });
    await page.keyboard.press('Escape');
  });

  it('shows the NAT that was seen, and opens the path of a packet, while it runs', async () => {
    const { page } = viewer;
    await fetch(`http://${node.address}:8081/`);
    // A packet counts when no further sighting is awaited: three seconds of the capture later.
    await new Promise((resolve) => setTimeout(resolve, 3200));
    await fetch(`http://${node.address}:8081/`);
    await page.getByText(/^live · /).click();
    await page.getByRole('heading', { name: 'NAT seen' }).waitFor();
    await page
      .getByRole('button', { name: /:8081 → .*:8080/ })
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await page
      .getByText(/→ 8080 \[/)
      .first()
      .click();
    await page.getByRole('button', { name: 'Open path' }).click();
    await page.waitForURL(/\/path\?/);
    await page
      .getByText(/default\/web/)
      .first()
      .waitFor();
    expect(await page.getByText(/^live · /).count()).toBe(1);
    await page.goBack();
    await page
      .getByText(/→ 8080 \[/)
      .first()
      .waitFor();
  });

  it('tells somebody who opens the link later the same', async () => {
    const late = await viewer.page.context().newPage();
    await late.goto(viewer.page.url());
    await late.getByText(/^live · /).waitFor();
    await late
      .getByText(/→ 8080 \[/)
      .first()
      .waitFor();
    await late.close();
  });

  it('stops, says so, and leaves a file that Wireshark reads', async () => {
    const { page } = viewer;
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText(/^ended: stopped/).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: /^Open in Wireshark/ }).click();
    const file = await (await download).path();
    expect(execFileSync('capinfos', ['-T', '-r', '-c', file], { encoding: 'utf8' })).toMatch(/\t[1-9]\d*/);
    const fields = ['-r', file, '-Y', 'tcp.flags.syn == 1', '-T', 'fields', '-e', 'frame.interface_name'];
    const names = execFileSync('tshark', fields, { encoding: 'utf8' }).trim().split('\n');
    expect(new Set(names).size).toBeGreaterThan(1);
    expect(viewer.complaints.filter((text) => !ofPlainHttp.test(text))).toEqual([]);
  });

  /** The complaints of a browser whose server was away, or refused, are meant. */
  const forgive = () => viewer.complaints.splice(0);

  it('a capture that waits for its time says so, begins, and can be stopped', async () => {
    const { page } = viewer;
    await page.goto(`${viewer.url}/pods?pod=default%2Fclient`);
    await page.getByLabel('Capture filter').fill('icmp');
    await page.getByText('Ring, disk, start time, engine').click();
    // As the field takes it: local time.
    const soon = new Date(Date.now() + 6000);
    const local = new Date(soon.getTime() - soon.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
    await page.getByLabel('Start at').fill(local);
    await page.getByRole('button', { name: 'Schedule capture' }).click();
    await page.waitForURL(/\/cases\/.+\/packets/);
    await page.getByText(/^scheduled/).waitFor();
    await page.getByText(/^live · /).waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText(/^ended: stopped/).waitFor();
  });

  it('a start that is refused says why, where it was asked for', async () => {
    const { page } = viewer;
    const brief = await node.runPod({ name: 'brief' });
    await page.goto(`${viewer.url}/pods?pod=default%2Fbrief`);
    const start = page.getByRole('button', { name: 'Start capture' });
    // A list from just before the pod began lacks it for a moment; nothing is captured on the node in its place.
    await page.getByRole('heading', { name: 'Capture default/brief' }).waitFor();
    await expect.poll(() => start.isEnabled()).toBe(true);
    // It goes between the look and the click: the list on the screen has not noticed.
    await page.route('**/api/pods*', (route) => route.abort());
    await node.removePod(brief.id);
    // The server looks every two seconds.
    await new Promise((resolve) => setTimeout(resolve, 3500));
    await start.click();
    await page.getByRole('alert').filter({ hasText: 'default/brief' }).waitFor();
    await page.unroute('**/api/pods*');
    // Whoever opens the link later does not capture the node by mistake.
    await page.reload();
    await page.getByText('default/brief is not on this node any more.').waitFor();
    await expect.poll(() => start.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Capture on the node instead' }).click();
    await expect.poll(() => start.isEnabled()).toBe(true);
    forgive();
  });

  it('says that it is filtering while the server is slow', async () => {
    const { page } = viewer;
    await page.goto(`${viewer.url}/cases`);
    const slow = '**/packets?*';
    await page.route(slow, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1200));
      await route.continue();
    });
    await page.getByText('capture of default/web').first().click();
    await page.getByText('Filtering').waitFor();
    await page
      .getByText(/→ 8080 \[/)
      .first()
      .waitFor();
    await page.unroute(slow);
  });

  it('a server that crashes in the middle: the viewer comes back, and the packets are there', async () => {
    const { page } = viewer;
    await page.goto(`${viewer.url}/pods?pod=default%2Fweb`);
    const start = page.getByRole('button', { name: 'Start capture' });
    await start.waitFor();
    await start.click();
    await page.getByText(/^live · /).waitFor();
    await fetch(`http://${node.address}:8081/`);
    await page
      .getByText(/→ 8080 \[/)
      .first()
      .waitFor();
    await viewer.crash();
    await page.getByText('capture ended: server ended').waitFor();
    await page
      .getByText(/→ 8080 \[/)
      .first()
      .waitFor();
    forgive();
    await page.reload();
    await page.getByText('capture ended: server ended').waitFor();
    await page
      .getByText(/→ 8080 \[/)
      .first()
      .waitFor();
  });
});
