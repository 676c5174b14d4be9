import { Faults } from '../aws/faults.ts';

export const S3_FAULTS = [
  /** 503 SlowDown before anything is done. */
  'slow_down',
  /** 500 InternalError before anything is done. */
  'internal_error',
  /** 409 ConditionalRequestConflict before anything is done. */
  'conflict',
  /** The connection is reset in the middle of the body: of the answer for a GET, of the request for a write. */
  'reset',
  /** The work is done and committed, and the connection is reset instead of an answer. */
  'lost_response',
  /** 200 with an error document, as CopyObject and CompleteMultipartUpload can answer. */
  'error_in_ok',
] as const;
export type S3FaultKind = (typeof S3_FAULTS)[number];

export type S3Faults = Faults<S3FaultKind>;

export function openS3Faults(): S3Faults {
  return new Faults(S3_FAULTS);
}
