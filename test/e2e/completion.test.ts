// The filter bar's offers: fields, operators and values at the cursor, taken by keys as in Wireshark.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openViewer, type Viewer } from './viewer.fixture.ts';

describe.skipIf(browserPath === null)('completion of filters', () => {
  let viewer: Viewer;
  beforeAll(async () => {
    viewer = await openViewer('light');
    await viewer.page.goto(`${viewer.url}/cases/ipvs-nft.seed-clash/packets`);
    await viewer.page
      .getByText(/40580 → 80 \[SYN\]/)
      .first()
      .waitFor();
  });
  afterAll(() => viewer.close());

  const bar = () => viewer.page.getByRole('combobox', { name: 'Display filter' });
  const option = (name: RegExp) => viewer.page.getByRole('option', { name });

  it('goes from a field to its operators to its values without a word typed whole', async () => {
    const { page } = viewer;
    await page.keyboard.press('/');
    await page.keyboard.type('ip.prot');
    await option(/^ip\.proto\b.*a number.*Protocol/).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await bar().inputValue()).toBe('ip.proto');
    await page.keyboard.type(' ');
    await option(/^== equal/).waitFor();
    await page.keyboard.press('Tab');
    expect(await bar().inputValue()).toBe('ip.proto == ');
    await page.keyboard.type('TC');
    await option(/^TCP\b.*6/).waitFor();
    await page.keyboard.press('Tab');
    expect(await bar().inputValue()).toBe('ip.proto == TCP');
    await page.keyboard.press('Enter');
    await page.waitForURL(/filter=ip\.proto/);
    await page.getByText(/matching/).waitFor();
  });

  it('completes the word at the cursor, in the middle of a filter', async () => {
    const { page } = viewer;
    await bar().fill('tcp.dstpo == 80 && ip');
    await bar().press('Home');
    for (let i = 0; i < 'tcp.dstpo'.length; i++) await page.keyboard.press('ArrowRight');
    await option(/^tcp\.dstport/).waitFor();
    await page.keyboard.press('Tab');
    expect(await bar().inputValue()).toBe('tcp.dstport == 80 && ip');
    expect(await bar().evaluate((input: HTMLInputElement) => input.selectionStart)).toBe('tcp.dstport'.length);
  });

  it('is closed by Escape, which leaves the text, and opened by Ctrl+Space', async () => {
    const { page } = viewer;
    await bar().fill('udp.po');
    await option(/^udp\.port/).waitFor();
    await page.keyboard.press('Escape');
    await option(/^udp\.port/).waitFor({ state: 'detached' });
    expect(await bar().inputValue()).toBe('udp.po');
    await page.keyboard.press('Control+Space');
    await option(/^udp\.port/).waitFor();
  });

  it('had nothing to complain about', () => {
    expect(viewer.complaints).toEqual([]);
  });
});
