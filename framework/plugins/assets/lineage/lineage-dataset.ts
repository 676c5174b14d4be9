import { type Facet, facet } from './facet.ts';

/** What a run reads or writes. */
export interface LineageDataset {
  readonly namespace: string;
  readonly name: string;
  readonly description?: string | undefined;
  /** Where the data is, for people and programs: `redshift://cluster:5439/dev`. */
  readonly uri?: string | undefined;
}

/** What is known of what was written. */
export interface OutputFacts {
  readonly rows?: number | undefined;
  readonly bytes?: number | undefined;
  readonly columns?: readonly { readonly name: string; readonly type: string }[] | undefined;
}

export function inputDataset(dataset: LineageDataset) {
  const { namespace, name } = dataset;
  return { namespace, name, facets: facetsOf(dataset) };
}

export function outputDataset(dataset: LineageDataset & OutputFacts) {
  const { namespace, name, rows, bytes, columns } = dataset;
  const fields = columns?.map((column) => ({ name: column.name, type: column.type }));
  return {
    namespace,
    name,
    facets: {
      ...facetsOf(dataset),
      ...(fields !== undefined && { schema: facet('1-1-1/SchemaDatasetFacet', { fields }) }),
    },
    outputFacets: statistics(rows, bytes),
  };
}

function facetsOf({ namespace, description, uri }: LineageDataset): Readonly<Record<string, Facet>> {
  return {
    ...(description !== undefined && { documentation: facet('1-0-1/DocumentationDatasetFacet', { description }) }),
    ...(uri !== undefined && { dataSource: facet('1-0-1/DatasourceDatasetFacet', { name: namespace, uri }) }),
  };
}

/** Its schema wants a number of rows; without one nothing is said. */
function statistics(rows: number | undefined, bytes: number | undefined): Readonly<Record<string, Facet>> {
  if (rows === undefined) return {};
  const size = bytes === undefined ? {} : { size: bytes };
  return { outputStatistics: facet('1-0-2/OutputStatisticsOutputDatasetFacet', { rowCount: rows, ...size }) };
}
