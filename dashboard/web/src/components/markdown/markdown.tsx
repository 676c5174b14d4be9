import { type ReactNode, Suspense, lazy } from 'react';

const Rendered = lazy(async () => ({ default: (await import('./rendered.tsx')).Rendered }));

/** Text that an author wrote in Markdown. Its renderer comes with the first one that is shown. */
export function Markdown({ text }: { readonly text: string }): ReactNode {
  return (
    <Suspense fallback={<p>{text}</p>}>
      <Rendered text={text} />
    </Suspense>
  );
}
