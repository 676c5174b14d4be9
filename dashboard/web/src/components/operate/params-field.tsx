import type { ReactNode } from 'react';

import { Wide } from './form.tsx';
import { JsonField, type JsonFieldProps } from './json-field.tsx';

/** Params for a run, over the whole width of a form. */
export function ParamsField(props: Omit<JsonFieldProps, 'example'>): ReactNode {
  return (
    <Wide>
      <JsonField {...props} example='{"full": true}' />
    </Wide>
  );
}
