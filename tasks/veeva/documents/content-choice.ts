import type { ContentPart } from './content-address.ts';

export const CONTENT_CHOICES = ['none', 'source', 'text', 'both'] as const;
export type ContentChoice = (typeof CONTENT_CHOICES)[number];

export const CHOSEN_PARTS: Readonly<Record<ContentChoice, readonly ContentPart[]>> = {
  none: [],
  source: ['source'],
  text: ['text'],
  both: ['source', 'text'],
};
