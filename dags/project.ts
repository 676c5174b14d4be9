import { defineProject } from '#framework';
import { storedSecrets } from '#tasks/secrets-manager';
import { DOCUMENTS_POOL } from '#tasks/veeva-documents';

import { veevaAssets } from './veeva-assets.ts';
import { veevaDocuments, veevaDocumentsFound } from './veeva-documents.ts';
import { veevaFull } from './veeva-full.ts';
import { veevaIncremental } from './veeva-incremental.ts';
import { veevaLog } from './veeva-log.ts';

/** What this installation runs. */
export const project = defineProject({
  dags: [veevaFull, veevaIncremental, veevaLog, veevaDocuments, ...veevaAssets.dags],
  plugins: [veevaAssets.plugin],
  sensors: [veevaDocumentsFound],
  pools: { [DOCUMENTS_POOL]: { slots: 2 } },
  secrets: storedSecrets,
});
