import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Closable } from '#framework';
import { type BrowserContext, chromium } from 'playwright-core';

// Quiet and offline: a test browser asks nobody for updates.
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** For a machine with much other work; only ever reached where something does not come. */
const LONGEST_WAIT_MS = 120_000;

export interface Browser extends Closable {
  readonly context: BrowserContext;
}

/** The system's Chromium with a new, empty profile. */
export async function openBrowser(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'windrow-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    args: FLAGS,
    viewport: { width: 1280, height: 800 },
    // Colours and places that are still on their way are no part of what a test looks at.
    reducedMotion: 'reduce',
    timeout: LONGEST_WAIT_MS,
  });
  context.setDefaultTimeout(LONGEST_WAIT_MS);
  return {
    context,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
