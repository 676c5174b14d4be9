/** Content that some Vaults have and others do not; none of it is a fault. */
export const CONTENT_SWITCHES = [
  /** An object of 150 columns: a header of 6 KiB. */
  'wide_header',
  /** Objects named by reserved words, with leading digits, and with `metadata` and `_deletes` inside. */
  'awkward_names',
  /** Metadata that declares a length too short and the type Number for a text. */
  'wrong_metadata',
  /** An object with 100,000 whole numbers before the first decimal. */
  'late_decimals',
  /** Of two picklist values whose keys read the same when they are joined, one goes and comes. */
  'picklist_collision',
  /** A user signs in in every window, and nothing of the row changes. */
  'login_only_user',
  /** A field goes, comes again empty, and is switched off and on within one window. */
  'readded_field',
  /** The second window brings every row again, as behind a release. */
  'release_window',
  /** Legacy workflows that became inactive on the day before: Fulls have them, incremental files never. */
  'legacy_workflows',
  /** `object.csv` and `document.csv` in Fulls, which no metadata describes and which have no `id`. */
  'vault_metadata',
  /** `document_relationship__sys` in place of `document_relationships__sys`. */
  'singular_relationships',
] as const;
export type ContentSwitch = (typeof CONTENT_SWITCHES)[number];

export type Content = readonly ContentSwitch[];
