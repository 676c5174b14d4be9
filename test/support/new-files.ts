import type { FileManifest } from '#framework';

/** The files of a pipeline that has taken in nothing before. */
export const NEW_FILES: FileManifest = { admit: async () => ({ kind: 'admitted' }) };
