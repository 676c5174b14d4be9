import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type TransferContext, windowText } from '#framework';

export interface Place {
  /** The folder below which every window has its own. */
  readonly base: string;
  /** Where the window is staged: keeps installations apart that share a machine. */
  readonly location: string;
}

/**
 * Gives `work` an empty folder for this try, and removes it afterwards. What earlier tries of the window left behind, because
 * their worker was killed, is removed before; a newer try's folder is left alone.
 */
export async function withTryFolder<T>(
  place: Place,
  context: TransferContext,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const window = join(place.base, windowFolder(place, context));
  const own = join(window, String(context.fence));
  await removeUpTo(window, context.fence);
  await mkdir(own, { recursive: true });
  try {
    return await work(own);
  } finally {
    await rm(own, { recursive: true, force: true });
    // Where a newer try has its folder beside, this one stays.
    await rmdir(window).catch(() => {});
  }
}

function windowFolder({ location }: Place, { pipelineId, window }: TransferContext): string {
  const times = windowText(window).replaceAll(/[-:]/g, '').replace('..', '_');
  return `${pipelineId}-${times}-${createHash('sha256').update(location).digest('hex').slice(0, 8)}`;
}

async function removeUpTo(window: string, fence: number): Promise<void> {
  const tries = await readdir(window).catch(() => []);
  const over = tries.filter((name) => Number(name) <= fence);
  await Promise.all(over.map((name) => rm(join(window, name), { recursive: true, force: true })));
}
