import { once } from 'node:events';
import { type Server, createServer } from 'node:http';

import { type Closable, ConfigFailure, type Secret, seconds } from '#framework';
import type { Windrow } from '#framework/operate';

import { buildApp } from './app.ts';
import { accessRules } from './guard/access-rules.ts';

export interface DashboardOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Both or neither; off this machine's own addresses both are demanded. */
  readonly user?: string;
  readonly password?: Secret;
}

/** How long `close` waits for pages in the making before it cuts their connections. */
const PATIENCE = seconds(2);

/**
 * Serves the dashboard until it is closed; close it before the installation it shows.
 * @throws ConfigFailure `E_DASHBOARD_OPEN` or `E_DASHBOARD_CREDENTIALS` when anybody could come in, `E_DASHBOARD_ADDRESS` when
 * the address cannot be had
 */
export async function startDashboard(
  windrow: Windrow,
  options: DashboardOptions,
): Promise<Closable & { readonly url: string }> {
  const server = createServer(buildApp(windrow, accessRules(options)));
  await listen(server, options);
  let closing: Promise<void> | undefined;
  return { url: urlOf(server), close: () => (closing ??= close(server)) };
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

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const cut = setTimeout(() => server.closeAllConnections(), PATIENCE);
  try {
    await closed;
  } finally {
    clearTimeout(cut);
  }
}
