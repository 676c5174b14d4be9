/** The extract that describes all the others. */
export const METADATA_EXTRACT = 'Metadata.metadata';

const KEYS: Readonly<Record<string, readonly string[]>> = {
  'Picklist.picklist__sys': ['object', 'object_field', 'picklist_value_name'],
  [METADATA_EXTRACT]: ['extract', 'column_name'],
};

/** The columns that identify a row of an extract. */
export function extractKey(extract: string): readonly string[] {
  return KEYS[extract] ?? ['id'];
}

/** Inactive legacy workflows appear in a Full for one day only, so replacing their table would lose the older ones. */
export function isLegacyWorkflow(extract: string): boolean {
  return /^workflow\..*legacy/i.test(extract);
}
