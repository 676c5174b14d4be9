import type { ReactNode } from 'react';
import { useParams } from 'wouter';

import { Tabs } from '../../components/controls/tabs.tsx';
import { Page } from '../../components/page/page.tsx';
import { FileList } from './file-list.tsx';
import styles from './files.module.css';
import { QuarantineList } from './quarantine-list.tsx';

/** What sources have brought: the manifest of files, and rows that were left out. */
export function FilesPage(): ReactNode {
  const { view } = useParams<{ readonly view?: string }>();
  const isQuarantine = view === 'quarantine';
  return (
    <Page
      title={isQuarantine ? 'Quarantine' : 'Files'}
      description={
        isQuarantine
          ? 'Rows that no column of the target can hold. Their windows are loaded without them.'
          : 'Files that sources have brought. Each is loaded once, known by its path and its checksum.'
      }
    >
      <Tabs
        label="Views of files"
        tabs={[
          { href: '/files', title: 'Files', isCurrent: !isQuarantine },
          { href: '/files/quarantine', title: 'Quarantine', isCurrent: isQuarantine },
        ]}
      />
      <div className={styles['view']}>{isQuarantine ? <QuarantineList /> : <FileList />}</div>
    </Page>
  );
}
