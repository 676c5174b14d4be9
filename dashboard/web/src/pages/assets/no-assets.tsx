import type { ReactNode } from 'react';

import { EmptyState } from '../../components/states/states.tsx';

/** Of a project without the plugin. */
export function NoAssets(): ReactNode {
  return (
    <EmptyState title="This project has no assets">
      They come with defineAssets of #framework/assets, in the project file.
    </EmptyState>
  );
}
