import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';

import type { Closable } from '#framework';

export interface SilentProxy extends Closable {
  readonly port: number;
  /** Connections that are open now stay open and carry nothing from here on; later ones are not touched. */
  readonly silenceOpened: () => void;
  /** From here on `silenceOpened` leaves those alone that are open now. */
  readonly spareOpened: () => void;
}

/** Stands between a client and a server, and lets connections die without a word, as a lost route does. */
export async function openSilentProxy(serverPort: number): Promise<SilentProxy> {
  const all = new Set<Socket>();
  let open: (readonly [Socket, Socket])[] = [];
  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      all.add(socket);
      socket.on('error', () => {});
    }
    client.pipe(upstream).pipe(client);
    open.push([client, upstream]);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return {
    port: address.port,
    spareOpened: () => (open = []),
    silenceOpened: () => {
      for (const [client, upstream] of open) {
        for (const socket of [client, upstream]) socket.unpipe().resume();
      }
      open = [];
    },
    close: async () => {
      for (const socket of all) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
