import { styled } from '@mui/material/styles';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { Panel, Row, Spring } from '#ui/pieces/layout.tsx';
import { Caption } from '#ui/pieces/text.tsx';
import { MONO } from '#ui/theme/theme.ts';

const Code = styled('pre')({
  margin: 0,
  fontFamily: MONO,
  fontSize: 12.5,
  whiteSpace: 'pre-wrap',
  overflowWrap: 'anywhere',
});

/** Text for machines, readable and copied as a whole. */
export function CodeBlock({ title, text }: { title: string; text: string }) {
  return (
    <Panel aria-label={title}>
      <Row>
        <Caption>{title}</Caption>
        <Spring />
        <CopyText text={text} label={title} shown="Copy" />
      </Row>
      <Code>{text}</Code>
    </Panel>
  );
}
