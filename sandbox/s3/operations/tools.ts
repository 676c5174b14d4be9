import type { S3Answer, S3Request } from '../message.ts';
import type { Storage } from '../storage.ts';

/** What an operation may use. */
export interface Tools {
  readonly storage: Storage;
  /** Now, as ISO 8601 with milliseconds. */
  readonly now: () => string;
  readonly newId: () => string;
  readonly region: string;
}

export type Operation = (request: S3Request, tools: Tools) => S3Answer | Promise<S3Answer>;
