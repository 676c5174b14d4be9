import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type Closable, RemoteFailure, type Temporal } from '#framework';
import { FaultBoard } from './faults/fault-board.ts';
import { vaultOptions, type VaultOptions } from './options.ts';
import { PartStore } from './part-store.ts';
import { Publisher } from './publisher.ts';
import { Burst } from './server/burst.ts';
import { describeFiles, type VaultFile } from './server/describe-files.ts';
import { Logins } from './server/logins.ts';
import { serveAdmin } from './server/serve-admin.ts';
import { type Exchange, serveApi } from './server/serve-api.ts';
import { Sessions } from './server/sessions.ts';
import { TruthKeeper, type TruthTable } from './truth.ts';
import type { Vault } from './vault.ts';

/** A Vault that runs on this machine. */
export interface VaultSandbox extends Closable {
  /** `http://127.0.0.1:40123`. */
  readonly url: string;
  /** `127.0.0.1:40123`, what a real Vault calls its DNS. */
  readonly host: string;
  readonly vaultId: number;
  readonly username: string;
  readonly password: string;
  /** The stop time of the first Full and the start of the first window. */
  readonly enabledAt: Temporal.Instant;
  readonly faults: FaultBoard;
  /** Lets the user in again who is locked out or logged in too often. */
  readonly unlock: () => void;
  /** What every table must hold after all windows and log days that ended at or before the moment. */
  readonly truth: (upTo: Temporal.Instant) => readonly TruthTable[];
  /** What is published now, by stop time, whatever the list shows. */
  readonly files: () => Promise<readonly VaultFile[]>;
}

/** Starts a Vault on 127.0.0.1. Its owner closes it. */
export async function startVault(given: Partial<VaultOptions> = {}): Promise<VaultSandbox> {
  const options = vaultOptions(given);
  const server = createServer({ keepAliveTimeout: 30_000 });
  const host = await listen(server, options.port);
  const vault = assemble(options, `http://${host}`);
  const burst = new Burst(options.sessionClock);
  server.on('request', (request, response) => {
    serve(vault, burst, { request, response }).catch((error: unknown) => fail(error, { request, response }));
  });
  const { vaultId, username, password, enabledAt } = options;
  return {
    url: vault.url,
    host,
    vaultId,
    username,
    password,
    enabledAt,
    faults: vault.faults,
    unlock: () => vault.logins.reset(),
    truth: (upTo) => vault.truth.upTo(upTo),
    files: () => describeFiles(vault),
    close: () => stop(server),
  };
}

function assemble(options: VaultOptions, url: string): Vault {
  const faults = new FaultBoard();
  faults.add(...options.faults);
  return {
    options,
    url,
    faults,
    publisher: new Publisher(options),
    parts: new PartStore(faults, options.partBytes),
    logins: new Logins({
      clock: options.sessionClock,
      perMinute: options.loginsPerMinute,
      lockAfter: options.lockAfter,
    }),
    sessions: new Sessions({ seed: options.seed, clock: options.sessionClock, idle: options.sessionIdle }),
    truth: new TruthKeeper(options),
  };
}

async function serve(vault: Vault, burst: Burst, exchange: Exchange): Promise<void> {
  if (exchange.request.url?.startsWith('/sandbox/') === true) await serveAdmin(vault, exchange);
  else await serveApi(vault, burst, exchange);
}

/** A fault of the stand-in itself must not look like a Vault that misbehaves. */
function fail(error: unknown, { response }: Exchange): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'Content-Type': 'text/plain' }).end(`The Vault stand-in failed: ${String(error)}`);
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address !== null && typeof address === 'object') return `127.0.0.1:${address.port}`;
  throw new RemoteFailure('E_SANDBOX_NO_PORT', `The Vault stand-in got no port; it asked for ${port}.`);
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
