import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { Temporal } from '#framework';

const Instant = z.string().transform((text) => Temporal.Instant.from(text));

const State = z.strictObject({
  enabledAt: Instant,
  /** How far the simulated time has come. */
  now: Instant,
});

/** What a demo leaves for the next one, and for commands between them. */
export type DemoState = z.infer<typeof State>;

export function demoStatePath(home: string): string {
  return join(home, 'demo.json');
}

export function findDemoState(home: string): DemoState | undefined {
  const path = demoStatePath(home);
  return existsSync(path) ? State.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
}

export function saveDemoState(home: string, state: DemoState): void {
  mkdirSync(home, { recursive: true });
  const path = demoStatePath(home);
  writeFileSync(`${path}.new`, JSON.stringify({ enabledAt: state.enabledAt.toString(), now: state.now.toString() }));
  renameSync(`${path}.new`, path);
}
