import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { Closable } from '#framework';
import type { Windrow } from '#framework/operate';
import { startDashboard } from '#dashboard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { webRoutes } from '../../dashboard/server/web.ts';
import { repositoryPath } from '../architecture/repository.ts';
import { shipments } from '../support/dashboard-installation.ts';
import { openTestEngine } from '../support/engine.ts';

const MOST_FIRST_SCRIPT = 300 * 1024;

const built = repositoryPath('dashboard/web/dist');
const html = readFileSync(join(built, 'index.html'), 'utf8');

let windrow: Windrow;
let dashboard: Closable & { readonly url: string };

beforeAll(async () => {
  windrow = await openTestEngine({ dags: [shipments()], backend: 'postgres' });
  dashboard = await startDashboard(windrow, { host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await dashboard.close();
  await windrow.close();
});

describe('the document of the pages', () => {
  it('is the same at every address that no route of the server has, and is asked again each time', async () => {
    const answer = await fetch(`${dashboard.url}/no-such-page/7`);

    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe(html);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
  });

  it('has no script or style inside, which its own policy would refuse', () => {
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i);
  });

  it('is not given to programs that ask for JSON, for files that are not there, or for the API', async () => {
    const answers = await Promise.all([
      fetch(`${dashboard.url}/no-such-page`, { headers: { accept: 'application/json' } }),
      fetch(`${dashboard.url}/app/of-an-older-build.js`),
      fetch(`${dashboard.url}/api/v1/no-such-thing`),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  it('is missed with the command that builds it', () => {
    expect(() => webRoutes(join(built, 'nowhere'))).toThrow(
      expect.objectContaining({ code: 'E_DASHBOARD_UNBUILT', message: expect.stringContaining('npm run build') }),
    );
  });
});

describe('the files of the pages', () => {
  it('are kept for a year, as their names change with what is in them', async () => {
    const [file] = readdirSync(join(built, 'app'));
    const answer = await fetch(`${dashboard.url}/app/${file}`);

    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('bring at most 300 kB of script, compressed, before the first page is shown', () => {
    const first = [...html.matchAll(/(?:src|href)="(\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');
    const size = first.map((path) => gzipSync(readFileSync(join(built, path))).length).reduce((a, b) => a + b, 0);

    expect(first.length).toBeGreaterThan(1);
    expect(size).toBeLessThanOrEqual(MOST_FIRST_SCRIPT);
  });
});
