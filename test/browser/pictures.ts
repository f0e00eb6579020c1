/** The pictures of the documentation: the top of a report on a desktop and on a phone, of a fleet without hostile names. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { reportPage } from '../../src/lib/report/report-html.ts';
import { fleetFacts } from './fleet.ts';

/** So high that problems and coverage by day are on them. */
const PICTURES = [
  { name: 'report-desktop.png', viewport: { width: 1280, height: 1850 } },
  { name: 'report-phone.png', viewport: { width: 390, height: 1250 } },
];

/** Writes them, and the report that they are of, to a folder. */
export async function takePictures(browser: Browser, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = resolve(folder, 'report.html');
  await writeFile(file, reportPage(await fleetFacts(), undefined));
  for (const { name, viewport } of PICTURES) {
    const context = await browser.newContext({ viewport });
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    await page.screenshot({ path: join(folder, name) });
    await context.close();
  }
}
