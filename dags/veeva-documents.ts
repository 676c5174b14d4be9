import { dag, sensor } from '#framework';
import { s3Connection } from '#tasks/s3';
import { vaultConnection } from '#tasks/veeva';
import { DocumentsParams, cutDocuments, findAnnounced, storeContents, sumUpDocuments } from '#tasks/veeva-documents';
import { z } from 'zod';

/** Source files or text of the document versions that a loaded window brought. Idle unless VAULT_DOCUMENT_CONTENT is set. */
export const veevaDocuments = dag(
  'veeva_documents',
  {
    description: 'Veeva Vault documents, content of changed versions, into S3',
    params: DocumentsParams,
    maxActiveRuns: 2,
    tags: ['veeva'],
  },
  (d) => {
    const chunk = d.use('cut', cutDocuments);
    const chunks = d.use('store', storeContents.map({ chunk }));
    d.use('sum_up', sumUpDocuments, { chunks });
  },
);

/** Finds windows that are loaded and whose documents wait; a failed one keeps no other one back. */
export const veevaDocumentsFound = sensor('veeva_documents_found', {
  every: '1m',
  dag: veevaDocuments,
  order: 'free',
  cursor: z.string(),
  connections: [vaultConnection, s3Connection],
  poll: findAnnounced,
});
