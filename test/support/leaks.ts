import type { Closable } from '#framework';

/** What a test may leave behind by accident and what can be seen from outside: listening servers and child processes. */
const WATCHED = ['TCPServerWrap', 'PipeServerWrap', 'ProcessWrap'];

/** Only ever waited for where something is left; on a busy machine the end of a process is noticed late. */
const SETTLE_MS = 20_000;

const open = new Map<Closable, string>();
let before: readonly string[] = [];

/** Registers something opened by a test: unless it is closed by the end of the test, the test fails. */
export function mustClose<T extends Closable>(name: string, opened: T): T {
  open.set(opened, name);
  const close = opened.close.bind(opened);
  Object.defineProperty(opened, 'close', {
    configurable: true,
    value: async () => {
      await close();
      open.delete(opened);
    },
  });
  return opened;
}

/** For setup.ts, before each test: what was opened for the whole file is no leak of one test. */
export function noteWhatIsOpen(): void {
  before = watchedResources();
}

/** For setup.ts, after each test and its own clean-up. */
export async function failOnLeaks(): Promise<void> {
  const left = [...open];
  open.clear();
  for (const [closable] of left) await closable.close();
  if (left.length > 0)
    throw new Error(`The test left open: ${left.map(([, name]) => name).join(', ')}. Close what it opens.`);
  const resources = await newResources();
  if (resources.length > 0) throw new Error(`The test left open: ${resources.join(', ')}. Close what it starts.`);
}

/** Handles vanish some turns of the event loop after their close has been answered. */
async function newResources(): Promise<string[]> {
  const deadline = performance.now() + SETTLE_MS;
  let found = growth();
  while (found.length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    found = growth();
  }
  return found;
}

function growth(): string[] {
  const rest = [...before];
  return watchedResources().filter((name) => {
    const index = rest.indexOf(name);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}

function watchedResources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => WATCHED.includes(name));
}
