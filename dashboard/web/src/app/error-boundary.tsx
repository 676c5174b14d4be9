import { Component, type ReactNode } from 'react';

import { ErrorState } from '../components/states/states.tsx';

interface State {
  readonly error: Error | undefined;
}

/** A page with a fault says so in its own place; the frame stays, and another try makes the page anew. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return <ErrorState error={error} onRetry={() => this.setState({ error: undefined })} />;
  }
}
