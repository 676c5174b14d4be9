import type { Closable, Plugin } from '#framework';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';

import { barriers } from './accessibility.ts';
import { type Browser, openBrowser } from './browser.ts';
import { type MoreOfProject, type ShownInstallation, openShownInstallation } from './dashboard-installation.ts';

/** Where the pictures of pages go, for people to look at. */
const SHOTS = 'test-results';

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 400, height: 800 };

interface Setup extends MoreOfProject {
  readonly plugins?: readonly Plugin[];
  /** What happens on the installation before the first test. */
  readonly prepare?: (shown: ShownInstallation) => Promise<void>;
}

/** What a browser can look at. */
interface Looked extends Closable {
  readonly url: string;
}

/** An installation of the tests of one file and its dashboard in a browser; each test has a page of its own. */
export interface DashboardPages<Shown extends Looked = ShownInstallation> {
  readonly shown: Shown;
  readonly page: Page;
  /** Opens the path of the dashboard in the page. */
  readonly open: (path: string) => Promise<void>;
  readonly picture: (name: string) => Promise<void>;
  /** Pictures of the page, light and dark, wide and narrow; fails where a scan finds what keeps somebody out. */
  readonly looks: (name: string) => Promise<void>;
}

/** Registers its set-up and its end with the test file. A script of a page that throws fails the test. */
export function dashboardPages({ plugins, prepare, ...project }: Setup = {}): DashboardPages {
  return pagesOf(async () => {
    const shown = await openShownInstallation('postgres', plugins, project);
    await prepare?.(shown);
    return shown;
  });
}

/** As `dashboardPages`, of any installation. */
export function pagesOf<Shown extends Looked>(openInstallation: () => Promise<Shown>): DashboardPages<Shown> {
  let browser: Browser;
  let shown: Shown;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    [browser, shown] = await Promise.all([openBrowser(), openInstallation()]);
  });

  afterAll(async () => {
    await browser.close();
    await shown.close();
  });

  beforeEach(async () => {
    page = await browser.context.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
  });

  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  async function picture(name: string): Promise<void> {
    await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
  }

  return {
    get shown() {
      return shown;
    },
    get page() {
      return page;
    },
    open: async (path) => {
      await page.goto(new URL(path, shown.url).href);
    },
    picture,
    looks: async (name) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await picture(`${name}-${colorScheme}`);
        expect(await cutTables(page)).toEqual([]);
        expect(await barriers(page)).toEqual([]);
      }
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize(NARROW);
      await picture(`${name}-narrow`);
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(NARROW.width);
      expect(await cutTables(page)).toEqual([]);
      await page.setViewportSize(WIDE);
    },
  };
}

/** Tables of which a part is out of sight at the side. */
async function cutTables(page: Page): Promise<readonly string[]> {
  return page.getByRole('table').evaluateAll((tables) =>
    tables.flatMap((table) => {
      const frame = table.parentElement;
      const isCut = frame !== null && frame.scrollWidth > frame.clientWidth;
      return isCut ? [table.getAttribute('aria-label') ?? 'a table without a name'] : [];
    }),
  );
}
