import { once } from 'node:events';
import { type Server, createServer } from 'node:http';

import { type Closable, ConfigFailure, seconds } from '#framework';
import type { DashboardOptions, Windrow } from '#framework/operate';

import { Live } from './api/live.ts';
import { buildApp } from './app.ts';
import { openDoor } from './guard/door.ts';

/** How long `close` waits for pages in the making before it cuts their connections. */
const PATIENCE = seconds(2);
/** Longer than proxies keep theirs, mostly a minute: a request that comes as its connection is cut would fail. */
const IDLE_CONNECTION = seconds(75);

/**
 * Serves the dashboard until it is closed; close it before the installation it shows.
 * @throws ConfigFailure `E_DASHBOARD_OPEN` or `E_DASHBOARD_CREDENTIALS` when anybody could come in, `E_DASHBOARD_ADDRESS` when
 * the address cannot be had
 */
export async function startDashboard(
  windrow: Windrow,
  options: DashboardOptions,
): Promise<Closable & { readonly url: string }> {
  const door = await openDoor(windrow, options);
  const live = new Live(windrow);
  const server = createServer({ keepAliveTimeout: IDLE_CONNECTION }, buildApp(windrow, door, live));
  await listen(server, options);
  let closing: Promise<void> | undefined;
  return { url: urlOf(server), close: () => (closing ??= close(server, live)) };
}

async function listen(server: Server, { host, port }: DashboardOptions): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigFailure(
      'E_DASHBOARD_ADDRESS',
      `The dashboard cannot listen on ${host} port ${port}: ${reason}. ` +
        'Stop what listens there, or set WINDROW_DASHBOARD_HOST and WINDROW_DASHBOARD_PORT to another address (port 0 takes a free one).',
      { cause },
    );
  }
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return '';
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

async function close(server: Server, live: Live): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await live.close();
  const cut = setTimeout(() => server.closeAllConnections(), PATIENCE);
  try {
    await closed;
  } finally {
    clearTimeout(cut);
  }
}
