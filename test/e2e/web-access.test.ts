import { randomBytes } from 'node:crypto';

import { Secret } from '#framework';
import { access, operations } from '#framework/operate';
import { describe, expect, it } from 'vitest';

import { dashboardPages } from '../support/dashboard-pages.ts';

const PASSWORD = 'a long password';

const pages = dashboardPages({
  prepare: async ({ windrow }) => {
    const { users } = access({ database: windrow.store.database, clock: windrow.clock, randomBytes });
    for (const [name, role] of [
      ['alice', 'admin'],
      ['victor', 'viewer'],
    ] as const)
      await users.add({ name, role, password: new Secret(PASSWORD), by: 'setup' });
    await operations(windrow).pauseDag('orders', 'bob');
    await operations(windrow).triggerDag('shipments', { by: 'bob' });
  },
});

async function openAs(name: string, path: string): Promise<void> {
  await pages.page.context().clearCookies();
  await pages.open(`/login?next=${encodeURIComponent(path)}`);
  await pages.page.getByLabel('Name').fill(name);
  await pages.page.getByLabel('Password').fill(PASSWORD);
  await pages.page.getByRole('button', { name: 'Log in' }).click();
}

describe('the page of access', () => {
  it('adds a user who can log in then, changes the role, and removes the user', async () => {
    const { page } = pages;
    await openAs('alice', '/access');
    await page.getByRole('button', { name: 'Add a user' }).click();
    await page.getByLabel('Name, in lower case').fill('carol');
    await page.getByRole('dialog').getByLabel('Role').selectOption('operator');
    const add = page.getByRole('button', { name: 'Add the user' });
    await expect.poll(() => add.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Make one' }).click();
    await page.getByText('windrow users add carol --role operator').waitFor();
    await pages.picture('access-add');
    await add.click();
    const carol = page.getByRole('table', { name: 'Users' }).getByRole('row', { name: 'carol' });
    await carol.waitFor();
    await expect.poll(() => carol.innerText()).toContain('operator');
    await page.getByRole('button', { name: 'Role of carol' }).click();
    await page.getByRole('dialog').getByLabel('Role').selectOption('viewer');
    await page.getByRole('button', { name: 'Give the role' }).click();
    await expect.poll(() => carol.innerText()).toContain('viewer');
    await page.getByRole('button', { name: 'Remove carol' }).click();
    await page.getByRole('button', { name: 'Remove the user' }).click();
    await expect.poll(() => carol.count()).toBe(0);
    await expect.poll(() => page.getByRole('button', { name: 'Remove alice' }).count()).toBe(0);
  });

  it('makes a token whose text is shown once, and revokes it', async () => {
    const { page } = pages;
    await openAs('alice', '/access');
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByLabel('Name: what it is for').fill('nightly');
    await page.getByRole('button', { name: 'Make the token' }).click();
    const text = await page.getByRole('dialog').getByText(/^wr_/).innerText();
    const asked = await fetch(`${pages.shown.url}/api/v1/session`, { headers: { authorization: `Bearer ${text}` } });
    expect(await asked.json()).toEqual({ actor: 'token:nightly', role: 'viewer', via: 'token' });
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.getByRole('table', { name: 'Tokens' }).getByText('in force').waitFor();
    await expect.poll(() => page.getByText(text).count()).toBe(0);
    await pages.looks('access');
    await page.getByRole('button', { name: 'Revoke nightly' }).click();
    await page.getByRole('button', { name: 'Revoke the token' }).click();
    await page.getByRole('table', { name: 'Tokens' }).getByText('revoked').waitFor();
  });

  it('is shown to admins alone, and asks nothing in the name of others', async () => {
    const { page } = pages;
    const refused: number[] = [];
    page.on('response', (answer) => {
      if (answer.status() === 403) refused.push(answer.status());
    });
    await openAs('victor', '/access');
    await page.getByText('It takes the role admin; victor is viewer.').waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
    expect(refused).toEqual([]);
  });
});

describe('the page of the audit log', () => {
  it('shows who did what to what, and is narrowed by a name', async () => {
    const { page } = pages;
    await openAs('alice', '/audit');
    const table = page.getByRole('table', { name: 'Deeds' });
    const paused = table.getByRole('row', { name: 'dag paused' });
    await paused.waitFor();
    await expect.poll(() => paused.getByRole('link', { name: 'orders' }).getAttribute('href')).toBe('/dags/orders');
    await pages.looks('audit');
    await paused.getByRole('link', { name: 'bob' }).click();
    await expect.poll(() => table.locator('tbody tr').count()).toBe(2);
    expect(page.url()).toContain('/audit?actor=bob');
    await page.getByLabel('From').fill('2125-01-20T13:15');
    await page.getByText('No deeds').waitFor();
    expect(page.url()).toContain('from=2125-01-');
    await page.getByLabel('From').fill('');
    await expect.poll(() => table.locator('tbody tr').count()).toBe(2);
    await page.getByLabel('Did, such as login_failed').fill('run_triggered');
    await expect.poll(() => table.locator('tbody tr').count()).toBe(1);
  });
});
