import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { count } from '#ui/format.ts';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { PageFrame } from '#ui/pieces/PageFrame.tsx';
import { Spring } from '#ui/pieces/layout.tsx';
import { Empty, Loading } from '#ui/pieces/states.tsx';
import { Dim, Title } from '#ui/pieces/text.tsx';
import type { Pages } from '../client/use-pages.ts';
import { BackButton } from './BackButton.tsx';
import { DataGrid, type Column } from './DataGrid.tsx';
import { plural } from './words.ts';

const Page = styled('div')({
  flex: 1,
  minHeight: 0,
  padding: '18px 24px 0',
  display: 'flex',
  flexDirection: 'column',
  gap: 14,
});
const Middle = styled('div')({ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' });

interface Props<T> {
  title: string;
  /** What a row is: `station`, and how many of them are called where that is not an s more. */
  noun: string;
  nouns?: string;
  pages: Pages<T>;
  columns: readonly Column<T>[];
  keyOf: (row: T) => string;
  onOpen?: ((row: T) => void) | undefined;
  /** What to show where there is nothing at all, and where the filter leaves nothing. */
  empty: ReactNode;
  filtered?: boolean;
  /** Where the way back leads, and what it is called. */
  back?: readonly [string, string];
  filters?: ReactNode;
  notice?: ReactNode;
  footer?: ReactNode;
}

function shown<T>({ pages, noun, nouns = `${noun}s` }: Props<T>): string {
  const { rows, cursor } = pages;
  // Nothing is known yet: a zero would be a claim.
  if (rows.length === 0 && (pages.loading || pages.error)) return '';
  if (cursor !== null) return `${count(rows.length)} ${nouns} loaded, more follow`;
  return `${count(rows.length)} ${plural(rows.length, noun, nouns)}`;
}

function Results<T>(props: Props<T>) {
  const { pages, noun, nouns = `${noun}s`, columns, keyOf, onOpen, filtered } = props;
  const none = pages.rows.length === 0;
  if (pages.error && none) return <ErrorPanel error={pages.error} onRetry={pages.reload} />;
  if (pages.loading && none) return <Loading what={`Loading ${nouns}`} />;
  if (none && filtered === true) return <Empty title={`No ${noun} found`}>Change the search.</Empty>;
  if (none) return props.empty;
  return (
    <DataGrid
      label={props.title}
      columns={columns}
      rows={pages.rows}
      keyOf={keyOf}
      onOpen={onOpen}
      onEnd={pages.more}
    />
  );
}

/** A screen that is one long list: title, filters, rows, how many, and the one thing that can be done. */
export function Listing<T>(props: Props<T>) {
  return (
    <PageFrame
      footer={
        <>
          {props.back ? <BackButton to={props.back[0]} word={props.back[1]} /> : null}
          <Dim role="status">{shown(props)}</Dim>
          <Spring />
          {props.footer}
        </>
      }
    >
      <Page>
        <Title>{props.title}</Title>
        {props.notice}
        {props.filters}
        <Middle>
          <Results {...props} />
        </Middle>
      </Page>
    </PageFrame>
  );
}
