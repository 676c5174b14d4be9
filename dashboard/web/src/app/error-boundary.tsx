import { Component, type ReactNode } from 'react';

import { ErrorState } from '../components/states/states.tsx';

interface Props {
  /** The path of the page. */
  readonly path: string;
  readonly children: ReactNode;
}

interface State {
  readonly path: string;
  readonly error: Error | undefined;
}

/** A page with a fault says so in its own place; the frame stays and leads to other pages, and another try loads everything anew. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { path: this.props.path, error: undefined };

  static getDerivedStateFromError(error: unknown): Pick<State, 'error'> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps({ path }: Props, state: State): State | null {
    return path === state.path ? null : { path, error: undefined };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return <ErrorState error={error} onRetry={() => location.reload()} />;
  }
}
