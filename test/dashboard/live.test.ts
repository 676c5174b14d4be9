import { once } from 'node:events';
import { type Server, createServer } from 'node:http';

import { milliseconds } from '#framework';
import express from 'express';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { Live } from '../../dashboard/server/api/live.ts';
import { type ShownInstallation, openShownInstallation } from '../support/dashboard-installation.ts';

let shown: ShownInstallation;
let live: Live;
let server: Server;

beforeEach(async () => {
  shown = await openShownInstallation('postgres');
  live = new Live(shown.windrow, milliseconds(300));
  server = createServer(express().get('/events', live.stream)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  await live.close();
  server.closeAllConnections();
  server.close();
  await shown.close();
});

it('a stream ends after its time and asks to be opened again, so that who may no longer listen is refused then', async () => {
  const said = await (await fetch(address())).text();
  expect(said).toMatch(/^retry: 2000\n\n(.*\n\n)*retry: 100\n\n$/);
});

function address(): string {
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('The server does not listen.');
  return `http://127.0.0.1:${at.port}/events`;
}
