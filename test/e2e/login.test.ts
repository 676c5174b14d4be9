import { randomBytes } from 'node:crypto';

import { type Closable, Secret, closeAll } from '#framework';
import { type Access, type Windrow, access } from '#framework/operate';
import { startDashboard } from '#dashboard';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Browser, openBrowser } from '../support/browser.ts';
import { shipments } from '../support/dashboard-installation.ts';
import { openTestEngine } from '../support/engine.ts';

const PASSWORD = 'a long password';

let windrow: Windrow;
let browser: Browser;
let url: string;
let who: Access;
const opened: Closable[] = [];

beforeAll(async () => {
  windrow = await openTestEngine({ dags: [shipments()], backend: 'postgres' });
  opened.push(windrow);
  who = access({ database: windrow.store.database, clock: windrow.clock, randomBytes });
  for (const role of ['viewer', 'operator'] as const)
    await who.users.add({ name: role, role, password: new Secret(PASSWORD), by: 'root' });
  const dashboard = await startDashboard(windrow, { host: '127.0.0.1', port: 0 });
  opened.push(dashboard);
  ({ url } = dashboard);
  browser = await openBrowser();
  opened.push(browser);
});

afterAll(() => closeAll(opened.splice(0)));

/** A page that nobody is logged in on. */
async function freshPage(): Promise<Page> {
  await browser.context.clearCookies();
  return browser.context.newPage();
}

async function logIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  // With the answer the browser has the cookie.
  const answered = page.waitForResponse(
    (answer) => answer.request().method() === 'POST' && new URL(answer.url()).pathname === '/login',
  );
  await page.getByRole('button', { name: 'Log in' }).click();
  await answered;
}

async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.waitForURL(`${url}/login`);
}

/** As a script of a page of the dashboard asks. */
function asked(page: Page, method: string, path: string): Promise<number> {
  return page.evaluate(
    async ([verb, to]) => {
      const type = { 'content-type': 'application/json' };
      const answer = await fetch(to, { method: verb, headers: type, ...(verb === 'POST' ? { body: '{}' } : {}) });
      return answer.status;
    },
    [method, path] as const,
  );
}

describe('the login page', () => {
  it('stands before every page, says when the password is wrong, and leads back when it is right', async () => {
    const page = await freshPage();
    await page.goto(`${url}/plugins?from=mail`);
    expect(new URL(page.url()).pathname).toBe('/login');
    await page.locator('#name:focus').waitFor();
    await logIn(page, 'viewer', 'another password');
    await expect.poll(() => page.getByRole('alert').textContent()).toBe('Name or password is wrong.');
    expect(await page.getByLabel('Name').inputValue()).toBe('viewer');
    await logIn(page, 'viewer');
    await expect.poll(() => page.url()).toBe(`${url}/plugins?from=mail`);
    await page.close();
  });

  it('works without script and keeps its style under the policy of the page', async () => {
    const page = await freshPage();
    const broken: string[] = [];
    page.on('console', (line) => broken.push(line.text()));
    await page.goto(`${url}/login`);
    expect(await page.locator('script').count()).toBe(0);
    const width = await page.locator('main').evaluate((card) => card.getBoundingClientRect().width);
    expect(width).toBe(376);
    await page.setViewportSize({ width: 360, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expect(broken).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.close();
  });
});

describe('somebody who is logged in', () => {
  it('comes in by a link of another site without logging in again', async () => {
    const page = await freshPage();
    await page.goto(`${url}/login?next=/plugins`);
    await logIn(page, 'viewer');
    // The same server under another name is another site.
    const elsewhere = url.replace('127.0.0.1', 'localhost');
    await page.goto(`${elsewhere}/login`);
    await page.evaluate(
      `{ const link = document.createElement('a'); link.href = '${url}/plugins'; document.body.append(link); link.click(); }`,
    );
    // The page between has no heading.
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(page.url()).toBe(`${url}/plugins`);
    expect(await asked(page, 'GET', '/api/v1/session')).toBe(200);
    await page.close();
  });

  it.each([
    ['viewer', 403],
    ['operator', 200],
  ] as const)('as %s gets %i when pausing a dag', async (name, status) => {
    const page = await freshPage();
    await page.goto(`${url}/login?next=/plugins`);
    await logIn(page, name);
    await expect.poll(() => page.url()).toBe(`${url}/plugins`);
    expect(await asked(page, 'POST', '/api/v1/dags/shipments/pause')).toBe(status);
    await page.close();
  });

  it('sees who they are, and leaves by a button', async () => {
    const page = await freshPage();
    await page.goto(`${url}/login?next=/plugins`);
    await logIn(page, 'operator');
    await page.getByTitle('operator, operator').waitFor();
    await logOut(page);
    await page.goto(`${url}/plugins`);
    expect(new URL(page.url()).pathname).toBe('/login');
    await page.close();
  });

  it('leaves for the plain login although a page notices first that the session has ended', async () => {
    const page = await freshPage();
    await page.goto(`${url}/login?next=/dags`);
    await logIn(page, 'operator');
    await page.getByRole('switch').waitFor();
    await page.route('**/api/v1/session', async (route) => {
      if (route.request().method() !== 'DELETE') return route.fallback();
      const answer = await route.fetch();
      const refused = page.waitForResponse((response) => response.status() === 401);
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Runs' }).click();
      await refused;
      return route.fulfill({ response: answer });
    });
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(/\/login/);
    expect(page.url()).toBe(`${url}/login`);
    await page.close();
  });

  it('is led to the login when the session ends while a page is open, and back to that page', async () => {
    const page = await freshPage();
    await page.goto(`${url}/login?next=/dags`);
    await logIn(page, 'operator');
    await page.getByRole('switch').waitFor();
    await browser.context.clearCookies();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Runs' }).click();
    await page.waitForURL(`${url}/login?next=%2Fruns`);
    await logIn(page, 'operator');
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    expect(page.url()).toBe(`${url}/runs`);
    await page.close();
  });

  it('as a viewer is shown what only operators may press, with the reason', async () => {
    const page = await freshPage();
    await page.goto(`${url}/login?next=/dags`);
    await logIn(page, 'viewer');
    const pause = page.getByRole('switch', { name: 'shipments is active' });
    await expect.poll(() => pause.isDisabled()).toBe(true);
    expect(await pause.getAttribute('title')).toBe('It takes the role operator; viewer is viewer.');
    await logOut(page);
    await page.goto(`${url}/login?next=/dags`);
    await logIn(page, 'operator');
    await expect.poll(() => pause.isEnabled()).toBe(true);
    await page.close();
  });
});
