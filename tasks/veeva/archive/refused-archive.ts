export type ArchiveCode =
  | 'E_ARCHIVE_UNREADABLE'
  | 'E_ARCHIVE_MEMBER_REFUSED'
  | 'E_ARCHIVE_MEMBER_TWICE'
  | 'E_ARCHIVE_TOO_LARGE';

export interface ArchiveRefusal {
  readonly code: ArchiveCode;
  readonly message: string;
  readonly details: Readonly<Record<string, string | number>>;
}

/** Why nothing of an archive is loaded, told in a way that passes from thread to thread: whoever unpacks makes a failure of it. */
export class RefusedArchive extends Error implements ArchiveRefusal {
  readonly code: ArchiveCode;
  readonly details: ArchiveRefusal['details'];

  constructor({ code, message, details }: ArchiveRefusal, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.details = details;
  }
}
