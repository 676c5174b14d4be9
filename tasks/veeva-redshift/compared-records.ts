import { RECORD_STATUSES, type RecordStatus } from '#framework';

export interface PageOfRecords {
  readonly status?: RecordStatus;
  readonly limit: number;
  /** Only records with a smaller id. */
  readonly before?: number;
}

/** Twenty days of incremental windows: twice what Vault lists. */
const PAGE = 2000;

/**
 * Records to compare with Vault's list: the newest, and back to the oldest that is not completed every one, as a record that is
 * left out would look like a time without a record.
 */
export async function comparedRecords<R extends { readonly id: number }>(
  ask: (page: PageOfRecords) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const statuses = RECORD_STATUSES.filter((status) => status !== 'COMPLETED');
  const open = (await Promise.all(statuses.map((status) => ask({ status, limit: PAGE })))).flat();
  const oldest = Math.min(...open.map(({ id }) => id));
  const found: R[] = [];
  for (let before: number | undefined; ;) {
    const page = await ask({ limit: PAGE, ...(before === undefined ? {} : { before }) });
    found.push(...page);
    before = page.at(-1)?.id;
    if (page.length < PAGE || before === undefined || before <= oldest) return found;
  }
}
