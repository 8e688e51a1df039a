import Button from '@mui/material/Button';
import { Component, type ComponentProps, type ReactNode } from 'react';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';

interface State {
  failure: unknown;
  failed: boolean;
}

interface Props {
  children: ReactNode;
  /** A failure as people read it. */
  viewOf: (failure: unknown) => ComponentProps<typeof ErrorPanel>['error'];
}

/** A defect of a screen leaves a page that says so, never an empty window. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failure: null, failed: false };

  static getDerivedStateFromError(failure: unknown): State {
    return { failure, failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <main style={{ padding: 48, maxWidth: 720 }}>
        <ErrorPanel error={this.props.viewOf(this.state.failure)} />
        <p />
        <Button variant="contained" onClick={() => window.location.reload()}>
          Reload the window
        </Button>
      </main>
    );
  }
}
