import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { FIXTURES, type Installation, openInstallationFolder, start, windrow, windrowJson } from './windrow.ts';

const PROJECT = join(FIXTURES, 'project.ts');

const opened: Installation[] = [];
async function folder(field?: object): Promise<Installation> {
  const installation = await openInstallationFolder(field);
  opened.push(installation);
  return installation;
}

let at: Installation;
beforeAll(async () => {
  at = await folder({ project: PROJECT });
});
afterAll(() => Promise.all(opened.map((installation) => installation.close())));

describe('config', () => {
  it('shows settings and hides secrets', async () => {
    const { code, out } = await windrow(at, 'config show');
    const { json } = await windrowJson(at, 'config show');

    expect(code).toBe(0);
    expect(out).toMatch(/databaseUrl +\[secret\][^]*shop\n +url +https:\/\/shop\.example\n +token +\[secret\]/);
    expect(json).toMatchObject({
      engine: { concurrency: 20 },
      shop: { url: 'https://shop.example', token: '[secret]' },
    });
    expect(out + JSON.stringify(json)).not.toContain('tiger-lily');
  });

  it('is content with settings that can be used', async () => {
    expect(await windrow(at, 'config check')).toMatchObject({
      code: 0,
      out: 'All settings can be used: engine, shop.\n',
    });
    expect(await windrowJson(at, 'config check')).toMatchObject({ code: 0, json: { ok: true, problems: [] } });
  });

  it('names every mistake at once, of the engine and of every connection', async () => {
    const wrong = { WINDROW_LEASE: 'soon', WINDROW_CONCURRENCY: '0', SHOP_URL: 'shop', SHOP_TOKEN: 'short' };
    const { code, err } = await windrow(at, 'config check', wrong);
    const { json } = await windrowJson(at, 'config check', wrong);

    expect(code).toBe(5);
    for (const name of ['engine: WINDROW_LEASE', 'engine: WINDROW_CONCURRENCY', 'shop: SHOP_URL', 'shop: SHOP_TOKEN'])
      expect(err).toContain(name);
    expect(json).toMatchObject({ ok: false, problems: { length: 4 } });
    expect(err).not.toContain('short');
  });

  it('is told with what the project prepares, as every other verb works with it, and a worker elsewhere changes nothing', async () => {
    const whole = await folder({ project: PROJECT, prepare: join(FIXTURES, 'prepare.ts') });
    const { SHOP_TOKEN: _left, ...environment } = whole.environment;
    const prepared = { ...whole, environment };
    expect(await windrowJson(prepared, 'config check')).toMatchObject({ code: 0, json: { ok: true } });
    const worker = start(prepared, 'worker');
    await worker.hears('Windrow is ready: worker;');
    expect(await windrowJson(prepared, 'dags trigger hello --wait')).toMatchObject({
      code: 0,
      json: { run: { state: 'success' } },
    });
    worker.signal('SIGTERM');
    expect((await worker.end).code).toBe(0);
  });

  it('names what the project could not prepare, beside the other mistakes', async () => {
    const spoilt = await folder({ project: PROJECT, prepare: './lost.ts' });
    const { code, json } = await windrowJson(spoilt, 'config check', { SHOP_URL: 'shop' });
    expect([code, json]).toMatchObject([
      5,
      { problems: [expect.stringMatching(/^prepare: .*no such file/), expect.stringContaining('shop: SHOP_URL')] },
    ]);
  });

  it('counts a project that cannot be loaded as one more mistake', async () => {
    const lost = await folder({ project: './lost.ts' });
    const { code, json } = await windrowJson(lost, 'config check', { WINDROW_LEASE: 'soon' });

    expect(code).toBe(5);
    expect(json).toMatchObject({
      problems: [expect.stringContaining('WINDROW_LEASE'), expect.stringContaining('there is no such file')],
    });
  });

  it('stops every other verb with all mistakes of the engine', async () => {
    const { code, json } = await windrowJson(at, 'runs list', { WINDROW_LEASE: 'soon', WINDROW_CONCURRENCY: 'many' });
    expect([code, json]).toMatchObject([5, { error: { code: 'E_SETTINGS', problems: { length: 2 } } }]);
  });
});

describe('a database that cannot be reached', () => {
  it('ends with 6 and says what to check', async () => {
    const { code, err } = await windrow(at, 'runs list', { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' });
    expect([code, err]).toEqual([6, expect.stringContaining('DATABASE_URL')]);
  });
});

describe('a command line that cannot be understood', () => {
  it.each([
    ['dgas list', "unknown command 'dgas'"],
    ['dags lst', 'Did you mean list?'],
    ['dags list --jsn', 'Did you mean --json?'],
    ['dags show', "missing required argument 'dag'"],
    ['dags trigger orders --window yesterday', 'Expected START..END'],
    ['records rerun 1 --from LOAD', 'Expected one of SOURCE_TO_STAGE, STAGE_TO_TARGET, AUDIT'],
    ['records show one', 'Expected a whole number above zero'],
    ['runs list --state done', 'Allowed choices are queued, running'],
    ['dags', 'Name a verb'],
  ])('"%s" ends with 2 and a hint', async (words, hint) => {
    const { code, out, err } = await windrow(at, words);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(hint);
    expect(await windrowJson(at, words)).toMatchObject({ code: 2, json: { error: { code: 'E_USAGE' } } });
  });

  it('is helped by --help, which lists verbs and exit codes', async () => {
    const { code, out } = await windrow(at, '--help');
    expect(code).toBe(0);
    for (const word of [
      'up',
      'worker',
      'scheduler',
      'dashboard',
      'dags',
      'tasks',
      'runs',
      'records',
      'config',
      'db',
      'Exit codes:',
    ])
      expect(out).toContain(word);
  });
});

describe('the project file', () => {
  it.each([
    [undefined, 'has no field "windrow"'],
    [{ project: './lost.ts' }, 'there is no such file'],
    [{ project: join(FIXTURES, 'verbs.ts') }, 'must export "project"'],
    [{ project: join(FIXTURES, 'spoilt-verbs.ts') }, 'This module must not be loaded'],
    [{ projects: './dags.ts' }, 'cannot be used'],
  ])('%s is refused with 5', async (field, why) => {
    const installation = await openInstallationFolder(field === undefined ? {} : field);
    opened.push(installation);
    expect(await windrow(installation, 'dags list')).toMatchObject({ code: 5, err: expect.stringContaining(why) });
  });

  it('is not needed to read', async () => {
    expect(await windrow(await folder({ project: './lost.ts' }), 'records list')).toMatchObject({
      code: 0,
      out: 'There are no such records.\n',
    });
  });
});

describe('verbs of the project', () => {
  it('join the help', async () => {
    const extended = await folder({ project: PROJECT, verbs: [join(FIXTURES, 'verbs.ts')] });
    expect((await windrow(extended, '--help')).out).toContain('juggle');
  });

  it('are left out of the help, with the reason, where the project cannot be loaded', async () => {
    const spoilt = await folder({ project: join(FIXTURES, 'spoilt-verbs.ts') });
    expect(await windrow(spoilt, '--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('records'),
      err: expect.stringContaining('This module must not be loaded'),
    });
  });

  it('are loaded only where one of them may be meant', async () => {
    const spoilt = await folder({ project: PROJECT, verbs: [join(FIXTURES, 'spoilt-verbs.ts')] });

    expect((await windrow(spoilt, 'records list --help')).code).toBe(0);
    expect((await windrow(spoilt, 'dags list')).code).toBe(0);
    expect(await windrow(spoilt, 'juggle')).toMatchObject({
      code: 5,
      err: expect.stringContaining('This module must not be loaded'),
    });
  });
});
