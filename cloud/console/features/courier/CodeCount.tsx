import { styled } from '@mui/material/styles';
import { Bar } from '#ui/pieces/Bar.tsx';
import { Panel } from '#ui/pieces/layout.tsx';
import { Dim } from '#ui/pieces/text.tsx';
import { isWhole, missingOf, type Codes } from './collected.ts';
import { missingText } from './transfer-text.ts';

const Count = styled('div')({ fontSize: 40, fontWeight: 750, lineHeight: 1.2 });
const Cells = styled('ol')({
  listStyle: 'none',
  display: 'flex',
  flexWrap: 'wrap',
  gap: 6,
  margin: '14px 0 10px',
  padding: 0,
});
const Cell = styled('li')(({ theme }) => {
  const { pass } = theme.tokens.tone;
  return {
    minWidth: 34,
    padding: '4px 6px',
    borderRadius: 8,
    textAlign: 'center',
    fontSize: 14,
    border: `1px dashed ${theme.tokens.edge}`,
    '&[data-here="true"]': {
      fontWeight: 700,
      border: `1px solid ${pass.frame}`,
      background: `linear-gradient(${pass.groundFrom}, ${pass.groundTo})`,
    },
  };
});

function Numbers({ codes }: { codes: Codes }) {
  const missing = missingOf(codes);
  return (
    <>
      <Cells aria-label="Codes" className="num">
        {Array.from({ length: codes.total }, (_, at) => at + 1).map((index) => (
          <Cell
            key={index}
            data-here={codes.texts.has(index)}
            aria-label={`Code ${index}: ${codes.texts.has(index) ? 'scanned' : 'missing'}`}
          >
            {index}
          </Cell>
        ))}
      </Cells>
      <Dim>{missing.length > 0 ? `${missingText(missing, 'Code')}.` : 'All codes are here.'}</Dim>
    </>
  );
}

/** How many codes are here, and which are not. */
export function CodeCount({ codes }: { codes: Codes | null }) {
  const [have, total] = [codes?.texts.size ?? 0, codes?.total ?? 0];
  return (
    <Panel aria-label="Scanned">
      <Count className="num" role="status">
        {have} <Dim sx={{ fontWeight: 500 }}>{total === 0 ? 'none scanned yet' : `of ${total} codes`}</Dim>
      </Count>
      <Bar
        value={total === 0 ? 0 : have / total}
        label="Codes scanned"
        tone={isWhole(codes) ? 'pass' : 'run'}
      />
      {codes ? <Numbers codes={codes} /> : null}
    </Panel>
  );
}
