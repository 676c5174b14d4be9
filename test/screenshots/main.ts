import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Page } from 'playwright-core';

import { openBrowser } from '../support/browser.ts';
import { startProgram } from '../support/live-program.ts';

/** Where the README finds them. */
const FOLDER = fileURLToPath(new URL('../../docs/screenshots', import.meta.url));

/** The pages of the demo that the README shows: what is seen in each when it is whole. */
const PICTURES: readonly Picture[] = [
  {
    name: 'home',
    path: '/',
    shows: (page) => page.getByRole('region', { name: 'What happened' }).getByRole('listitem'),
  },
  {
    name: 'dag',
    path: '/dags/veeva_incremental',
    shows: (page) => page.getByRole('grid', { name: 'Windows and tasks' }).getByRole('button'),
  },
  { name: 'record', path: '/records/8', shows: (page) => page.getByRole('region', { name: 'Rows' }) },
  { name: 'assets', path: '/assets', shows: (page) => page.getByText('product__v') },
];

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly shows: (page: Page) => ReturnType<Page['getByRole']>;
}

/** Runs the demo to its end, takes the pictures of its dashboard, and stops it. */
async function takeScreenshots(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const home = await mkdtemp(join(tmpdir(), 'windrow-screenshots-'));
  const demo = startProgram('sandbox/demo/main.ts', ['--home', home], { WINDROW_DASHBOARD_PORT: '0' });
  const browser = await openBrowser();
  try {
    await demo.hears('Verified:');
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(demo.said()) ?? [];
    const page = await browser.context.newPage();
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    for (const { name, path, shows } of PICTURES) {
      await page.goto(new URL(path, url).href);
      await shows(page).first().waitFor();
      await page.waitForLoadState('networkidle');
      const file = join(FOLDER, `${name}.png`);
      await page.screenshot({ path: file });
      console.log(file);
    }
  } finally {
    await browser.close();
    await demo.end('SIGINT');
    await rm(home, { recursive: true, force: true });
  }
}

await takeScreenshots();
