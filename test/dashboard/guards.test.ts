import { request } from 'node:http';

import { type Closable, Secret } from '#framework';
import { type DashboardOptions, type Windrow, operations } from '#framework/operate';
import { startDashboard } from '#dashboard';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { shipments } from '../support/dashboard-installation.ts';
import { openTestEngine } from '../support/engine.ts';

const CREDENTIALS = { user: 'operator', password: new Secret('a long password') };

let windrow: Windrow;
let dashboard: (Closable & { readonly url: string }) | undefined;

beforeEach(async () => {
  windrow = await openTestEngine({ dags: [shipments()], backend: 'postgres' });
});

afterEach(async () => {
  await dashboard?.close();
  dashboard = undefined;
  await windrow.close();
});

async function start(options: Partial<DashboardOptions> = {}): Promise<string> {
  dashboard = await startDashboard(windrow, { host: '127.0.0.1', port: 0, ...options });
  return dashboard.url;
}

/** Unlike fetch, this can say any host and origin. */
function ask(url: string, headers: Readonly<Record<string, string>>, form?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const type = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const asking = request(
      url,
      { method: form === undefined ? 'GET' : 'POST', headers: { ...type, ...headers } },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8').on('data', (part: string) => (text += part));
        reply.on('end', () => resolve({ status: reply.statusCode, location: reply.headers.location, text }));
      },
    );
    asking.on('error', reject).end(form);
  });
}

interface Answer {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly text: string;
}

/** The token in the page of a run whose form cancels it. */
async function stateOfRun(): Promise<unknown> {
  const [row] = await windrow.store.database.run({ text: 'select state from dag_run where id = 1' });
  return row?.['state'];
}

describe('binding', () => {
  it.each(['0.0.0.0', '::', '192.0.2.7', 'dashboard.example.com'])('refuses %s without credentials', async (host) => {
    await expect(start({ host })).rejects.toMatchObject({ name: 'ConfigFailure', code: 'E_DASHBOARD_OPEN' });
    await expect(start({ host })).rejects.toThrow('WINDROW_DASHBOARD_PASSWORD');
  });

  it('refuses a user without a password and a password without a user', async () => {
    await expect(start({ user: 'operator' })).rejects.toMatchObject({ code: 'E_DASHBOARD_CREDENTIALS' });
    await expect(start({ password: CREDENTIALS.password })).rejects.toMatchObject({ code: 'E_DASHBOARD_CREDENTIALS' });
    await expect(start({ user: '', password: CREDENTIALS.password })).rejects.toMatchObject({
      code: 'E_DASHBOARD_CREDENTIALS',
    });
  });

  it('says what to do when the port is taken', async () => {
    const url = await start();
    const taken = startDashboard(windrow, { host: '127.0.0.1', port: Number(new URL(url).port) });
    await expect(taken).rejects.toMatchObject({ code: 'E_DASHBOARD_ADDRESS' });
    await expect(taken).rejects.toThrow('WINDROW_DASHBOARD_PORT');
  });

  it('listens everywhere once it has credentials, and asks for them under any name', async () => {
    const url = new URL(await start({ host: '0.0.0.0', ...CREDENTIALS }));
    const answer = await ask(`http://127.0.0.1:${url.port}/`, { host: 'windrow.example.com' });
    expect(answer.status).toBe(401);
  });

  it('refuses a public address without credentials, because whoever passes on requests sits at this machine', async () => {
    await expect(start({ url: 'https://windrow.example.com' })).rejects.toMatchObject({ code: 'E_DASHBOARD_OPEN' });
  });
});

describe('the health check', () => {
  it('answers without credentials and says nothing else', async () => {
    const url = await start(CREDENTIALS);
    expect(await ask(`${url}/healthz`, {})).toEqual({ status: 200, location: undefined, text: '{"status":"ok"}' });
  });
});

describe('a dashboard for this machine', () => {
  it.each(['evil.example.com', '127.0.0.1.example.com', 'localhost.example.com:80'])(
    'does not answer to the name "%s"',
    async (host) => {
      const url = await start();
      expect((await ask(`${url}/`, { host })).status).toBe(421);
      expect((await ask(`${url}/queues/api/queues`, { host })).text).not.toContain('windrow-');
    },
  );

  it('answers to the name under which people find it, once one is set', async () => {
    const url = await start({ url: 'https://windrow.example.com', ...CREDENTIALS });
    expect((await ask(`${url}/login`, { host: 'windrow.example.com' })).status).toBe(200);
    expect((await ask(`${url}/login`, { host: 'evil.example.com' })).status).toBe(421);
  });

  it.each(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via'])(
    'is not open to what something passes on with %s',
    async (name) => {
      const url = await start();
      expect((await ask(`${url}/`, { [name]: '192.0.2.7' })).status).toBe(401);
      expect((await ask(`${url}/`, {})).status).toBe(200);
    },
  );

  it('answers to localhost', async () => {
    const url = await start();
    expect((await ask(`${url}/`, { host: `localhost:${new URL(url).port}` })).status).toBe(200);
  });
});

describe('a change', () => {
  beforeEach(() => operations(windrow).triggerDag('shipments'));

  it('that the own page asks for is done', async () => {
    const url = await start();
    const headers = { origin: url, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
    expect((await ask(`${url}/api/v1/runs/1/cancel`, headers, '{}')).status).toBe(200);
    expect(await stateOfRun()).toBe('cancelled');
  });

  it.each([
    ['from another origin', { origin: 'https://evil.example.com' }],
    ['from an origin that hides', { origin: 'null' }],
    ['from another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['that the browser calls same-site', { 'sec-fetch-site': 'same-site' }],
  ])('%s is refused', async (_, headers) => {
    const url = await start();
    const json = { ...headers, 'content-type': 'application/json' };
    expect((await ask(`${url}/api/v1/runs/1/cancel`, json, '{}')).status).toBe(403);
    expect(await stateOfRun()).toBe('running');
  });

  it('sent as a form is refused', async () => {
    const url = await start();
    expect((await ask(`${url}/api/v1/runs/1/cancel`, {}, 'dryRun=false')).status).toBe(415);
    expect(await stateOfRun()).toBe('running');
  });
});

describe('the queues', () => {
  it.each([
    '/queues/api/queues/windrow-default/1__find_parcels__0__1/retry/completed',
    '/queues/api/queues/windrow-default/pause',
    '/queues/api/queues/windrow-default/obliterate',
    '/queues/api/queues/pause',
  ])('cannot be changed by %s', async (path) => {
    const url = await start();
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) {
      expect((await fetch(`${url}${path}`, { method })).status).toBe(405);
    }
  });
});

describe('the headers', () => {
  it('promise to keep a connection for longer than a proxy in front keeps it', async () => {
    const { headers } = await fetch(`${await start()}/healthz`);
    expect(headers.get('keep-alive')).toBe('timeout=75');
  });

  it('allow no inline script anywhere, no frame, and keep the origin in forms', async () => {
    const url = await start();
    for (const path of ['/', '/queues', '/nowhere']) {
      const { headers } = await fetch(`${url}${path}`);
      const policy = headers.get('content-security-policy');
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('strict-transport-security')).toBeNull();
    }
    expect((await fetch(`${url}/`)).headers.get('content-security-policy')).not.toContain('unsafe-inline');
  });

  it('demand encryption from then on where the public address has it', async () => {
    const url = await start({ url: 'https://windrow.example.com', ...CREDENTIALS });
    const { headers } = await fetch(`${url}/login`);
    expect(headers.get('strict-transport-security')).toContain('max-age=31536000');
  });
});
