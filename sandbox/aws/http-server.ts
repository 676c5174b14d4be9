import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A stand-in's HTTP server on 127.0.0.1; `close` ends open connections and waits. */
export interface HttpServer {
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

/** @param port 0 for any free one */
export async function listen(handler: RequestListener, port: number): Promise<HttpServer> {
  const server = createServer({ keepAliveTimeout: 30_000, requestTimeout: 0 }, handler);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { endpoint: `http://127.0.0.1:${portOf(server)}`, close: () => stop(server) };
}

/** The whole body of a request that is known to be small. @throws RangeError beyond `mostBytes` */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > mostBytes) throw new RangeError(`The request body is longer than ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
