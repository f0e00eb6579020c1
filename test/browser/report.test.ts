/** A report as people meet it: opened in Chromium, read, filtered, moved about in by keyboard, printed. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { reportPage } from '../../src/lib/report/report-html.ts';
import { CHROMIUM, chromiumVersion } from './chromium.ts';
import { fleetFacts } from './fleet.ts';
import { takePictures } from './pictures.ts';

const HOSTILE = `"><script>document.title='owned'</script><img src=x onerror="document.title='owned'">${'🦖'.repeat(60)}`;

/** Nothing that anybody sees, and so no text of a link. */
const BLANKS = [' ', '\u200b\u2060'];

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

interface AxeResult {
  readonly violations: readonly Finding[];
  readonly passes: readonly Finding[];
}

describe.skipIf(chromiumVersion() === undefined)('a report in Chromium', () => {
  let browser: Browser;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ec2-backup-browser-'));
    const file = join(folder, 'report.html');
    await writeFile(file, reportPage(await fleetFacts([HOSTILE, ...BLANKS]), undefined));
    url = pathToFileURL(file).href;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });

  afterAll(async () => {
    const pictures = process.env['REPORT_SCREENSHOTS'];
    if (pictures !== undefined) await takePictures(browser, pictures);
    await browser.close();
    await rm(folder, { recursive: true });
  });

  /** The page, which must say nothing on its console and ask for nothing but itself. */
  async function opened(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: DESKTOP, ...options });
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== url) said.push(`asked for ${request.url()}`);
    });
    onTestFinished(async () => {
      await context.close();
      expect(said).toEqual([]);
    });
    await page.goto(url);
    return page;
  }

  /** An attribute of all that a selector finds. */
  function textsOf(page: Page, selector: string, attribute: string): Promise<string[]> {
    return page.evaluate<string[]>(
      `Array.from(document.querySelectorAll('${selector}'), (one) => one.getAttribute('${attribute}'))`,
    );
  }

  function rows(page: Page): Promise<string[]> {
    return page.locator('#matrix tbody tr:visible th a').allTextContents();
  }

  test('every chart is there, with something drawn in it, and a table with the same', async () => {
    const page = await opened();
    for (const section of ['coverage', 'freshness', 'cost', 'sources']) {
      const chart = page.locator(`#${section} figure .wide svg:visible`).first();
      expect((await chart.boundingBox())?.height, section).toBeGreaterThan(60);
      expect(await chart.locator('path').count(), section).toBeGreaterThan(3);
      expect(await page.locator(`#${section} table`).count(), section).toBeGreaterThan(0);
    }
  });

  test.each([
    { title: 'a desktop', viewport: DESKTOP },
    { title: 'a phone', viewport: PHONE },
  ])('on $title the problems are on the first screen, and what else there is stands below', async (look) => {
    const page = await opened({ viewport: look.viewport });
    const top = async (selector: string): Promise<number> =>
      (await page.locator(selector).first().boundingBox())?.y ?? Infinity;
    expect(await top('#problems .problem li')).toBeLessThan(look.viewport.height);
    expect(await top('#problems')).toBeLessThan(await top('#coverage'));
  });

  test('every link and heading has a text that can be seen', async () => {
    const page = await opened();
    const texts = await page.locator('a:not(svg a), h3').allTextContents();
    expect(texts.length).toBeGreaterThan(50);
    const unseen = /^[\s\p{Default_Ignorable_Code_Point}]*$/u;
    expect(texts.filter((text) => unseen.test(text))).toEqual([]);
  });

  test('problems come first', async () => {
    const page = await opened();
    const sections = await textsOf(page, 'main section', 'id');
    expect(sections).toEqual(['problems', 'coverage', 'freshness', 'cost', 'sources']);
    expect(await page.locator('.problem h3').first().textContent()).toBe('Never backed up, and should be');
  });

  test('the filter leaves the rows that contain the words, of the policy, or with problems', async () => {
    const page = await opened();
    const all = await rows(page);
    expect(all.length).toBeGreaterThan(8);
    await page.getByLabel('Contains').fill('web');
    expect(await rows(page)).toEqual(['web-1']);
    expect(await page.locator('#sources > details:visible').count()).toBe(1);
    expect(await page.locator('#found').textContent()).toBe(
      `1 of ${all.length} rows. Charts, totals and costs are of all`,
    );
    await page.getByLabel('Contains').fill('');
    await page.locator('#policy').selectOption('six-hourly');
    expect(await rows(page)).toEqual(['database']);
    await page.locator('#policy').selectOption('');
    await page.getByLabel('only with problems').check();
    const bad = await rows(page);
    expect(bad).toContain('new-one');
    expect(bad).not.toContain('scratch');
    await page.getByLabel('Contains').fill('no such thing');
    expect([await rows(page), await page.locator('.problem:visible').count()]).toEqual([[], 0]);
    expect(await page.locator('#problems .nomatch').textContent()).toBe(
      'Nothing of this matches the filter.',
    );
    expect(await page.locator('#problems .nomatch').isVisible()).toBe(true);
    await page.getByLabel('Contains').fill('');
    expect(await page.locator('.nomatch:visible').count()).toBe(0);
  });

  test('each marked day leads to its point, which is opened, shown and has the focus', async () => {
    const page = await opened();
    const targets = await textsOf(page, '#matrix td a', 'href');
    expect(targets.length).toBeGreaterThan(50);
    const missing = await page.evaluate(
      `${JSON.stringify(targets)}.filter((href) => !document.querySelector(href))`,
    );
    expect(missing).toEqual([]);
    const last = page.locator('#matrix td a').last();
    const day = (await last.getAttribute('title'))?.slice(0, 10) ?? 'no title';
    await last.click();
    const focused = page.locator(':focus');
    expect(await focused.isVisible()).toBe(true);
    expect(await focused.locator('th').textContent()).toContain(day);
  });

  test('by keyboard: one stop for the whole table, arrows from day to day, Enter to the point', async () => {
    const page = await opened();
    expect(await page.locator('#matrix td a[tabindex="0"]').count()).toBe(1);
    await page.locator('#matrix td a[tabindex="0"]').focus();
    const before = await page.locator(':focus').getAttribute('href');
    await page.keyboard.press('ArrowRight');
    const after = await page.locator(':focus').getAttribute('href');
    expect(after).not.toBe(before);
    expect(await page.locator('#matrix td a[tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator(':focus').getAttribute('href')).toBe(before);
    await page.keyboard.press('Enter');
    expect(`#${await page.locator(':focus').getAttribute('id')}`).toBe(before);
  });

  test('by keyboard: the first stop skips to the problems', async () => {
    const page = await opened();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('To the problems');
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').getAttribute('id')).toBe('main');
  });

  test('a hostile name is text, and nothing of it runs', async () => {
    const page = await opened();
    expect(await page.title()).toBe('Backups of shop in 111122223333/ap-northeast-2');
    expect(await page.locator('img').count()).toBe(0);
    expect((await rows(page)).some((row) => row.startsWith('"><script>'))).toBe(true);
  });

  test('without scripts everything is there', async () => {
    const page = await opened({ javaScriptEnabled: false });
    expect(await page.locator('#filter').isVisible()).toBe(false);
    expect(await page.locator('#coverage .wide svg').first().isVisible()).toBe(true);
    expect(await page.locator('#matrix tbody tr').count()).toBeGreaterThan(8);
    await page.locator('#sources > details').last().locator('summary').click();
    expect(await page.locator('#sources > details').last().locator('table').isVisible()).toBe(true);
  });

  test('in print there is no filter, and the sources of a small fleet are all open', async () => {
    const page = await opened();
    await page.emulateMedia({ media: 'print' });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await page.locator('#filter').isVisible()).toBe(false);
    expect(await page.locator('#sources > details:not([open])').count()).toBe(0);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await page.locator('#sources > details[open]').count()).toBe(1);
  });

  const LOOKS = [
    { title: 'phone, light', viewport: PHONE, colorScheme: 'light' },
    { title: 'phone, dark', viewport: PHONE, colorScheme: 'dark' },
    { title: 'desktop, light', viewport: DESKTOP, colorScheme: 'light' },
    { title: 'desktop, dark', viewport: DESKTOP, colorScheme: 'dark' },
  ] as const;

  test.each(LOOKS)('$title: nothing serious for axe, nothing wider than the screen', async (look) => {
    const { title, ...options } = look;
    const page = await opened(options);
    const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(ground).toBe(look.colorScheme === 'dark' ? 'rgb(20, 22, 26)' : 'rgb(251, 251, 250)');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(look.viewport.width);
    await photograph(page, title);
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    expect(await textHeights(page), 'lines of a letter each').toBeLessThan(80);
    expect(await seriousFindings(page)).toEqual([]);
  });

  /** The height of the tallest date of the tables of points. */
  function textHeights(page: Page): Promise<number> {
    return page.evaluate<number>(
      "Math.max(...Array.from(document.querySelectorAll('.points tbody th'), (one) => one.offsetHeight))",
    );
  }

  async function photograph(page: Page, title: string): Promise<void> {
    const pictures = process.env['REPORT_SCREENSHOTS'];
    if (pictures === undefined) return;
    await mkdir(pictures, { recursive: true });
    const name = title.replace(', ', '-');
    await page.screenshot({ path: join(pictures, `${name}.png`) });
    await page.screenshot({ path: join(pictures, `${name}-whole.png`), fullPage: true });
  }

  /** In the page's own content policy a script can only be put in by the browser itself. */
  async function seriousFindings(page: Page): Promise<unknown[]> {
    await page.evaluate(axe.source);
    const { violations, passes } = await page.evaluate<AxeResult>('axe.run(document)');
    expect(passes.length, 'rules that axe could apply').toBeGreaterThan(20);
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => ({ id, html: nodes.slice(0, 3).map((node) => node.html) }));
  }
});
