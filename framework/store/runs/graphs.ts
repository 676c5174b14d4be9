import { z } from 'zod';

import { Bug } from '../../core/failures.ts';
import type { DagGraph } from '../../dag/graph.ts';
import { type Shape, shapeOf } from '../../run/cascade.ts';
import type { Executor } from '../database.ts';

/** The shapes of dag versions by hash. A version never changes, so each is read once. */
export class Graphs {
  readonly #shapes = new Map<string, Shape>();

  /** The shape, if it was read before. */
  find(hash: string): Shape | undefined {
    return this.#shapes.get(hash);
  }

  async load(executor: Executor, hash: string): Promise<Shape> {
    const known = this.#shapes.get(hash);
    if (known !== undefined) return known;
    const shape = shapeOf(await this.#read(executor, hash));
    this.#shapes.set(hash, shape);
    return shape;
  }

  async #read(executor: Executor, hash: string): Promise<DagGraph> {
    const [row] = await executor.run({ name: 'graph', text: 'select graph from dag_version where hash = $1' }, [hash]);
    if (row === undefined)
      throw new Bug('E_GRAPH_MISSING', `No dag version ${hash} is stored, but a run refers to it.`);
    return Graph.parse(row['graph']);
  }
}

// Written by `registerDags` from a value that the compiler checked; read here as that value.
const Graph = z.custom<DagGraph>(
  (value) => z.object({ dagId: z.string(), tasks: z.array(z.object({ id: z.string() })) }).safeParse(value).success,
);
