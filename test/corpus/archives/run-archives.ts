import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openConverter } from '#tasks/parquet';

import { randomFrom } from '../../../sandbox/vault/model/random.ts';
import { baseArchives } from './base-archives.ts';
import { mutate } from './mutations.ts';
import { type Desk, stageArchive } from './stage-archive.ts';

export interface ArchivesAsked {
  readonly count: number;
  readonly seed: number;
  /** The first number; to see one mutation again. */
  readonly from?: number;
}

export interface ArchivesReport {
  /** Archives that were staged and hold exactly what they say. */
  readonly exact: number;
  /** Archives that were refused, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Everything else: a wrong value, a crash, a hang, something left behind. */
  readonly wrong: readonly string[];
  /** Growth of the memory of the process at its highest. */
  readonly memoryBytes: number;
}

/** Stages mutated archives one after the other and judges every outcome. */
export async function runArchives({ count, seed, from = 0 }: ArchivesAsked): Promise<ArchivesReport> {
  const bases = await baseArchives();
  const refused: Record<string, number> = {};
  const wrong: string[] = [];
  let exact = 0;
  const memoryBytes = await withDesk(async (desk) => {
    for (let number = from; number < from + count; number += 1) {
      const random = randomFrom(seed, 'archive', number);
      const base = random.pick(bases);
      const mutated = mutate(base, number, random);
      const outcome = await stageArchive(base, mutated.parts, { ...desk, inThread: number % THREAD_EACH === 0 });
      if (outcome.kind === 'exact') exact += 1;
      if (outcome.kind === 'refused') refused[outcome.code] = (refused[outcome.code] ?? 0) + 1;
      if (outcome.kind === 'wrong') wrong.push(`${number} ${mutated.what} of ${base.name}: ${outcome.why}`);
    }
  });
  return { exact, refused, wrong, memoryBytes };
}

/** Of so many archives one is unpacked in a thread of its own, which takes a while to start. */
const THREAD_EACH = 5;

const LOOK_MS = 20;

/** Gives `work` a converter and an empty folder; returns by how much the memory of the process grew at its highest. */
export async function withDesk(work: (desk: Desk) => Promise<void>): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'windrow-archives-'));
  const converter = openConverter({ threads: 2 });
  const before = process.memoryUsage.rss();
  let highest = before;
  const look = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, LOOK_MS);
  try {
    await work({ directory, converter });
    return Math.max(highest, process.memoryUsage.rss()) - before;
  } finally {
    clearInterval(look);
    await converter.close();
    await rm(directory, { recursive: true, force: true });
  }
}
