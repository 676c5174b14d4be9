import type { ReactNode } from 'react';

import type { PluginSectionJson } from '../../../../server/api/shapes/installation.ts';
import { useRead } from '../../api/queries.ts';
import { Page } from '../../components/page/page.tsx';
import { EmptyState, Ready } from '../../components/states/states.tsx';
import { PluginSection } from './plugin-section.tsx';

/** What a plugin shows may change without anything that the engine tells of. */
const AGAIN_MS = 5000;

/** What the plugins of the project show, in the order of the project. */
export function PluginsPage(): ReactNode {
  const reading = useRead<{ readonly items: readonly PluginSectionJson[] }>('/plugins/sections', {}, AGAIN_MS);
  return (
    <Page title="Plugins" description="What the plugins of this project show, read anew every few seconds.">
      <Ready reading={reading} what="plugins">
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No plugin of this project shows anything here">
              <code>sections</code> of <code>definePlugin</code> does.
            </EmptyState>
          ) : (
            items.map((section) => <PluginSection key={`${section.plugin} ${section.id}`} section={section} />)
          )
        }
      </Ready>
    </Page>
  );
}
