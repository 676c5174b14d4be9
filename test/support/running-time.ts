const LOOK_MS = 10;
const LONGEST_LOOK_MS = 25;

/**
 * How long the work takes, in milliseconds in which this process ran: where the machine stands still or gives the time to
 * others, that counts as one look. For promises such as "within seconds", which say nothing of a machine that does not run.
 */
export async function runningTime(work: () => Promise<unknown>): Promise<number> {
  let [passed, last] = [0, performance.now()];
  const look = (): void => {
    const now = performance.now();
    passed += Math.min(now - last, LONGEST_LOOK_MS);
    last = now;
  };
  const looking = setInterval(look, LOOK_MS);
  try {
    await work();
  } finally {
    clearInterval(looking);
    look();
  }
  return passed;
}
