import type { PluginDatabase, Temporal } from '#framework';
import { z } from 'zod';

import { type AssetDefinition, definitionReader } from '../definition.ts';
import { type AssetGraph, assetGraph } from '../graph.ts';
import { ClosedWindows } from '../closed-windows.ts';
import { PartitionBars } from './partition-bar.ts';
import { type WindowPartitions, partitionsText } from '../partitions.ts';

/** What the database knows of assets, for those who ask more than once: what takes long to read is kept. */
export interface Catalog {
  readonly database: PluginDatabase;
  /** The assets of the project and the tables that were found. Read again where they have changed. */
  readonly graph: () => Promise<AssetGraph<AssetDefinition>>;
  /** The keys of the windows that have closed, oldest first. */
  readonly closedKeys: (cut: WindowPartitions, now: Temporal.Instant) => readonly string[];
  readonly bars: PartitionBars;
}

interface KeptGraph {
  readonly mark: string;
  readonly graph: Promise<AssetGraph<AssetDefinition>>;
}

/** Keep it as long as the process asks: 2,000 definitions take 0.3 s to read, and their mark 2 ms. */
export function assetCatalog(database: PluginDatabase): Catalog {
  const closed = new Map<string, ClosedWindows>();
  let kept: KeptGraph | undefined;
  return {
    database,
    bars: new PartitionBars(),
    graph: async () => {
      const mark = await readMark(database);
      if (kept?.mark === mark) return kept.graph;
      const reading = { mark, graph: readGraph(database) };
      kept = reading;
      reading.graph.catch(() => {
        if (kept === reading) kept = undefined;
      });
      return reading.graph;
    },
    closedKeys: (cut, now) => {
      const text = partitionsText(cut);
      const windows = closed.get(text) ?? new ClosedWindows(cut);
      closed.set(text, windows);
      return windows.keys(now);
    },
  };
}

async function readGraph(database: PluginDatabase): Promise<AssetGraph<AssetDefinition>> {
  const rows = await database.run('select definition from asset where is_defined order by key');
  const read = definitionReader();
  return assetGraph(rows.map((row) => read(row['definition'])));
}

/** Another one whenever an asset has come, gone or changed. */
async function readMark(database: PluginDatabase): Promise<string> {
  const [row] = await database.run(MARK);
  return MarkRow.parse(row).mark;
}

const MARK = `
select concat_ws(' ', count(*), bit_xor(hashtextextended(key || extract(epoch from changed_at), 0))) as mark
from asset
where is_defined`;

const MarkRow = z.object({ mark: z.string() });
