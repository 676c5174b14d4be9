export { announceDocuments } from './announcement.ts';
export { DOCUMENTS_POOL, DocumentsParams, cutDocuments, storeContents, sumUpDocuments } from './documents-tasks.ts';
export { findAnnounced } from './find-announced.ts';
