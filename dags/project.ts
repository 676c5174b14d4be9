import { defineProject } from '#framework';
import { storedSecrets } from '#tasks/secrets-manager';

import { veevaFull } from './veeva-full.ts';
import { veevaIncremental } from './veeva-incremental.ts';
import { veevaLog } from './veeva-log.ts';

/** What this installation runs. */
export const project = defineProject({
  dags: [veevaFull, veevaIncremental, veevaLog],
  secrets: storedSecrets,
});
