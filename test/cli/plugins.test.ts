import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { silentLog } from '#framework';
import { afterEach, expect, it, vi } from 'vitest';

import { openDatabase } from '../../framework/store/database.ts';
import { type Installation, openInstallationFolder, windrow, windrowJson } from './windrow.ts';

const project = join(fileURLToPath(new URL('fixtures/', import.meta.url)), 'project-with-plugin.ts');
const opened: Installation[] = [];
const open = async (field?: object): Promise<Installation> => {
  const at = await openInstallationFolder(field);
  opened.push(at);
  return at;
};

afterEach(async () => {
  vi.restoreAllMocks();
  for (const at of opened.splice(0)) await at.close();
});

it('lists the plugins of a project, and says how to add one where there is none', async () => {
  const { json } = await windrowJson(await open({ project }), 'plugins list');
  expect(json).toEqual([
    {
      name: 'rows_of_windows',
      version: '1.0.0',
      hooks: ['taskFinished'],
      delivered: 0,
      failures: 0,
      lastError: null,
      lastErrorAt: null,
    },
  ]);
  expect((await windrow(await open(), 'plugins list')).out).toContain('`plugins` of defineProject');
});

it('runs the verb of a plugin on its own tables', async () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  const at = await open({ project });
  expect((await windrow(at, 'window-rows')).code).toBe(0);
  expect(printed).not.toHaveBeenCalled();
  const database = openDatabase({ url: at.environment['DATABASE_URL'] ?? '', log: silentLog, connections: 1 });
  await database.run({
    text: `insert into plugin_rows_of_windows.window_rows values ('work', '2026-01-20T13:15Z', 7)`,
  });
  await database.close();
  expect((await windrow(at, 'window-rows')).code).toBe(0);
  expect(printed.mock.calls).toEqual([['work', '2026-01-20T13:15:00Z', 7]]);
  expect((await windrow(at, '--help')).out).toContain('window-rows');
});
