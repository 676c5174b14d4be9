import { z } from 'zod';

/** What the published schema 2-0-2 and those of the facets require, and their formats. Facets may have more members. */
const Uri = z.url();
const Moment = z.iso.datetime({ offset: true });
const Uuid = z.guid();
const facet = (name: string, shape: z.ZodRawShape) =>
  z
    .looseObject({
      _producer: Uri,
      _schemaURL: Uri.regex(
        new RegExp(`^https://openlineage.io/spec/facets/\\d+-\\d+-\\d+/${name}.json#/\\$defs/${name}$`),
      ),
      ...shape,
    })
    .exactOptional();
const Named = { namespace: z.string(), name: z.string() };
const DatasetFacets = z.strictObject({
  documentation: facet('DocumentationDatasetFacet', { description: z.string() }),
  dataSource: facet('DatasourceDatasetFacet', { name: z.string().exactOptional(), uri: Uri.exactOptional() }),
  schema: facet('SchemaDatasetFacet', {
    fields: z.array(z.object({ name: z.string(), type: z.string().exactOptional() })).exactOptional(),
  }),
});

/** Unknown facets are refused here, so that none is sent whose schema was not written down. */
export const OpenLineageEvent = z.strictObject({
  eventTime: Moment,
  producer: Uri,
  schemaURL: z.literal('https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent'),
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']),
  run: z.strictObject({
    runId: Uuid,
    facets: z.strictObject({
      nominalTime: facet('NominalTimeRunFacet', { nominalStartTime: Moment, nominalEndTime: Moment.exactOptional() }),
      parent: facet('ParentRunFacet', { run: z.object({ runId: Uuid }), job: z.object(Named) }),
      errorMessage: facet('ErrorMessageRunFacet', { message: z.string(), programmingLanguage: z.string() }),
    }),
  }),
  job: z.strictObject({
    ...Named,
    facets: z.strictObject({ documentation: facet('DocumentationJobFacet', { description: z.string() }) }),
  }),
  inputs: z.array(z.strictObject({ ...Named, facets: DatasetFacets })),
  outputs: z.array(
    z.strictObject({
      ...Named,
      facets: DatasetFacets,
      outputFacets: z.strictObject({
        outputStatistics: facet('OutputStatisticsOutputDatasetFacet', {
          rowCount: z.int(),
          size: z.int().exactOptional(),
        }),
      }),
    }),
  ),
});
