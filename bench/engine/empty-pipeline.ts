import {
  type Dag,
  type PipelineDagOptions,
  type StageManifest,
  type TransferContext,
  type TransferPorts,
  pipeline,
  windowText,
} from '#framework';

const ROWS = 1;

/** A pipeline whose transfers cost nothing: what is left is the engine. */
export function emptyPipeline(id: string, options: Pick<PipelineDagOptions, 'schedule' | 'maxActiveRuns'>): Dag {
  return pipeline(id, { ...options, connections: [], ports: async () => PORTS });
}

const PORTS: TransferPorts = {
  source: { count: async () => ({ kind: 'counted', rows: ROWS }), transfer: async (context) => manifestOf(context) },
  stage: { clean: async () => {}, find: async (context) => manifestOf(context), verify: async () => {} },
  target: {
    count: async () => ({ kind: 'unknown', reason: 'never loaded' }),
    clean: async () => {},
    load: async () => ({ outcome: 'loaded', rows: ROWS, tables: 0, schemaChanges: [], details: {} }),
    audit: async () => ({ verdict: 'PASS', sourceRows: ROWS, targetRows: ROWS, differences: [] }),
  },
};

function manifestOf({ pipelineId, recordId, window }: TransferContext): StageManifest {
  return {
    version: 1,
    pipelineId,
    recordId,
    window,
    format: 'csv',
    location: `memory://${windowText(window)}/`,
    sources: [],
    tables: [],
    removals: [],
    rows: ROWS,
    bytes: 0,
  };
}
