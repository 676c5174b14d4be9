import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, Suspense, useState } from 'react';
import { Route, Switch, useLocation } from 'wouter';

import { newQueryClient } from '../api/queries.ts';
import { LoadingState } from '../components/states/states.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { ROUTES } from './routes.tsx';
import { Shell } from './shell.tsx';

/** The whole dashboard: the frame, and inside it the page that the address names. */
export function App(): ReactNode {
  const [client] = useState(newQueryClient);
  const [path] = useLocation();
  return (
    <QueryClientProvider client={client}>
      <Shell>
        <ErrorBoundary path={path}>
          <Suspense fallback={<LoadingState what="the page" />}>
            <Switch>
              {ROUTES.map(({ path, page }) => (
                <Route key={path} path={path} component={page} />
              ))}
              <Route component={NotFoundPage} />
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </Shell>
    </QueryClientProvider>
  );
}
