import type { ReactNode } from 'react';

import { Ready, type ReadyProps } from '../states/states.tsx';
import { Page, type Step } from './page.tsx';

interface FoundProps<Data> extends ReadyProps<Data> {
  readonly title: string;
  readonly trail: readonly Step[];
}

/** The page of one thing; where that cannot be had, a page says so under its name, with the way back. */
export function Found<Data>({ title, trail, ...ready }: FoundProps<Data>): ReactNode {
  const { data, error } = ready.reading;
  if (data !== undefined || error === null) return <Ready {...ready} />;
  return (
    <Page title={title} trail={trail}>
      <Ready {...ready} />
    </Page>
  );
}
