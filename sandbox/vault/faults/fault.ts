import { z } from 'zod';

export const ENDPOINTS = [
  'auth',
  'versions',
  'me',
  'keep_alive',
  'session',
  'list',
  'download',
  'document_file',
  'document_text',
] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

export const API_ERRORS = [
  'UNEXPECTED_ERROR',
  'MALFORMED_URL',
  'METHOD_NOT_SUPPORTED',
  'INACTIVE_USER',
  'NO_PASSWORD_PROVIDED',
  'USERNAME_OR_PASSWORD_INCORRECT',
  'USER_LOCKED_OUT',
  'PASSWORD_CHANGE_REQUIRED',
  'INVALID_SESSION_ID',
  'PARAMETER_REQUIRED',
  'INVALID_DATA',
  'INSUFFICIENT_ACCESS',
  'OPERATION_NOT_ALLOWED',
  'API_LIMIT_EXCEEDED',
  'CONFIGURATION_MODE_ENABLED',
  'OPERATION_IN_PROGRESS',
] as const;

/** A file (`143462-20260120-1330-N`), a part of one (`….001`) or a document version (`101_0_1`); absent: every one. */
const file = z.string().exactOptional();
/** How many times the fault strikes; absent: until it is cleared. */
const times = z.int().positive().exactOptional();
/** The calls that the fault meets; absent: every call. */
const endpoint = z.enum(ENDPOINTS).exactOptional();
const struck = { endpoint, file, times };
const bytes = z.int().nonnegative();
const extract = z.string();

/** What a call meets. */
const CALLS = [
  /** The burst limit: the answer comes late and says so. */
  z.strictObject({ kind: z.literal('delay'), ms: z.int().positive(), ...struck }),
  z.strictObject({ kind: z.literal('status'), status: z.int().min(400).max(599), ...struck }),
  /** The connection breaks before the answer, or after so many bytes of a part or a content. */
  z.strictObject({ kind: z.literal('reset'), afterBytes: bytes.exactOptional(), ...struck }),
  /** Every session ends as this call arrives. */
  z.strictObject({ kind: z.literal('session_expired'), ...struck }),
  /** JSON with HTTP 200 that says it failed, also in place of bytes. */
  z.strictObject({
    kind: z.literal('failure'),
    type: z.enum(API_ERRORS),
    status: z.enum(['FAILURE', 'EXCEPTION']).exactOptional(),
    ...struck,
  }),
  /** So many calls are left until the burst limit is used up. */
  z.strictObject({ kind: z.literal('burst_remaining'), remaining: bytes, ...struck }),
  /** The body of a part or a content ends early without an error. */
  z.strictObject({ kind: z.literal('truncated'), bytes, file, times }),
  /** One byte of a part is another one. */
  z.strictObject({ kind: z.literal('corrupted'), at: bytes.exactOptional(), file, times }),
  /** Login succeeds, for another Vault. */
  z.strictObject({ kind: z.literal('other_vault'), vaultId: z.int(), host: z.string(), times }),
] as const;

/** What the list of files shows. */
const LISTS = [
  z.strictObject({ kind: z.literal('no_data_yet'), form: z.enum(['failure', 'empty']), times }),
  z.strictObject({ kind: z.literal('unsorted'), order: z.enum(['descending', 'shuffled']), times }),
  z.strictObject({ kind: z.literal('times_with_seconds'), times }),
  z.strictObject({ kind: z.literal('no_md5'), file, times }),
  z.strictObject({ kind: z.literal('wrong_md5'), file, times }),
  z.strictObject({ kind: z.literal('wrong_size'), file, times }),
  /** Only name and error; the item appears as usual from `healsAt` on, or never. */
  z.strictObject({
    kind: z.literal('error_item'),
    file,
    nextRetry: z.string(),
    healsAt: z.iso.datetime().exactOptional(),
    times,
  }),
  /** Not listed at all, and not to be downloaded: retention has ended, or the file was never made. */
  z.strictObject({ kind: z.literal('missing'), file, times }),
  z.strictObject({ kind: z.literal('listed_twice'), file, times }),
  z.strictObject({ kind: z.literal('foreign_url'), host: z.string(), file, times }),
  z.strictObject({ kind: z.literal('private_url'), file, times }),
] as const;

/** What an archive holds. These last until they are cleared, so that list and bytes agree. */
const ARCHIVES = [
  z.strictObject({ kind: z.literal('manifest_without_type'), file }),
  z.strictObject({ kind: z.literal('missing_member'), extract, file }),
  z.strictObject({ kind: z.literal('records_mismatch'), extract, by: z.int(), file }),
  z.strictObject({ kind: z.literal('extra_metadata_column'), name: z.string(), at: bytes, file }),
  z.strictObject({ kind: z.literal('metadata_date_name'), name: z.string(), file }),
  z.strictObject({ kind: z.literal('metadata_type'), extract, column: z.string(), type: z.string(), file }),
  /** A value put into a row, counted from 0. */
  z.strictObject({ kind: z.literal('value'), extract, column: z.string(), row: bytes, value: z.string(), file }),
  /** Bytes put into a row, in hexadecimal: `c328` is no UTF-8. */
  z.strictObject({
    kind: z.literal('bytes'),
    extract,
    column: z.string(),
    row: bytes,
    hex: z.string().regex(/^([0-9a-f]{2})+$/),
    file,
  }),
  z.strictObject({
    kind: z.literal('member'),
    name: z.string(),
    type: z.enum(['file', 'directory', 'symlink', 'link']),
    linkname: z.string().exactOptional(),
    file,
  }),
  z.strictObject({ kind: z.literal('duplicate_member'), extract, file }),
  z.strictObject({ kind: z.literal('directory_entries'), file }),
  z.strictObject({ kind: z.literal('extra_folder'), name: z.string(), file }),
  z.strictObject({ kind: z.literal('members_reversed'), file }),
  /** The manifest names a list of deletes as an extract of its own: `Object.product__v_deletes`, `Document.document_version_deleted__sys`. */
  z.strictObject({ kind: z.literal('delete_extract_suffix'), suffix: z.enum(['_deletes', '_deleted__sys']), file }),
] as const;

const CallFault = z.discriminatedUnion('kind', CALLS);
const ListFault = z.discriminatedUnion('kind', LISTS);
export const ArchiveFault = z.discriminatedUnion('kind', ARCHIVES);

export const Fault = z.discriminatedUnion('kind', [CallFault, ListFault, ArchiveFault]);
export type Fault = z.infer<typeof Fault>;
export type ArchiveFault = z.infer<typeof ArchiveFault>;
export type FaultKind = Fault['kind'];
export type FaultOf<Kind extends FaultKind> = Extract<Fault, { kind: Kind }>;
