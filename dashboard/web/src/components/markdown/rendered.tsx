import { micromark } from 'micromark';
import type { ReactNode } from 'react';

import styles from './markdown.module.css';

/** Safe as it is: micromark shows markup as text and drops addresses that are not those of pages and mail. */
export function Rendered({ text }: { readonly text: string }): ReactNode {
  return <div className={styles['markdown']} dangerouslySetInnerHTML={{ __html: micromark(text) }} />;
}
