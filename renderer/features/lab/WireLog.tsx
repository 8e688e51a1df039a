import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { LogEntry } from '#contract/lab.ts';
import { call } from '#client/client.ts';
import { useAction } from '#client/use-action.ts';
import { CopyText } from '#ui/pieces/CopyText.tsx';
import { ErrorPanel } from '#ui/pieces/ErrorPanel.tsx';
import { Panel, Row, Spring } from '#ui/pieces/layout.tsx';
import { Caption, Dim } from '#ui/pieces/text.tsx';
import { FrameDetail } from './FrameDetail.tsx';
import { listStep } from './log-words.ts';
import { LogLine } from './LogLine.tsx';
import { useWireLog, type LogFilter } from './use-wire-log.ts';

const Frame = styled(Panel)({ display: 'flex', flexDirection: 'column', gap: 10, minHeight: 0 });
const Lines = styled('div')(({ theme }) => ({
  position: 'relative',
  flex: 1,
  minHeight: 160,
  overflow: 'auto',
  borderRadius: 8,
  border: `1px solid ${theme.tokens.line}`,
  background: theme.tokens.ground,
}));
const ROW = 48;
const PAGE_ROWS = 8;

/** Every frame on the board's wire, as it goes by; keys are dots before they leave the driver. */
export function WireLog({ site, open }: { site: string; open: boolean }) {
  const [following, setFollowing] = useState(true);
  const [filter, setFilter] = useState<LogFilter>({ text: '', direction: null });
  const { entries, dropped } = useWireLog(site, open, following, filter);
  const [file, setFile] = useState<string | null>(null);
  const action = useAction();
  const frame = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer is read in this component only, never passed on.
  const list = useVirtualizer({
    count: entries.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  useEffect(() => {
    if (following && entries.length > 0) list.scrollToIndex(entries.length - 1);
    // The list is another object at each drawing: only new entries move it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [entries.length, following]);
  const [chosen, setChosen] = useState<number | null>(null);
  const opened = entries.find(({ seq }) => seq === chosen) ?? null;
  const choose = (index: number) => {
    const entry = entries[index];
    if (entry === undefined) return;
    // What is looked at must not run away.
    setFollowing(false);
    setChosen(entry.seq);
    list.scrollToIndex(index);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setChosen(null);
    const at = opened === null ? entries.length : entries.indexOf(opened);
    const next = listStep(event.key, at, entries.length - 1, PAGE_ROWS);
    if (next === null) return;
    event.preventDefault();
    choose(next);
  };
  const save = () => action.run(async () => setFile((await call('lab.exportLog', { site })).file));
  return (
    <Frame aria-label="Byte log">
      <Row sx={{ flexWrap: 'wrap' }}>
        <Caption style={{ margin: 0 }}>Byte log</Caption>
        <Dim>
          {entries.length} shown{dropped > 0 ? `, ${dropped} dropped` : ''}
        </Dim>
        <Spring />
        <Button variant={following ? 'outlined' : 'contained'} onClick={() => setFollowing(!following)}>
          {following ? 'Hold' : 'Follow'}
        </Button>
        <Button disabled={action.busy} onClick={save}>
          Save as text
        </Button>
      </Row>
      <Row sx={{ flexWrap: 'wrap' }}>
        <TextField
          label="Filter"
          value={filter.text}
          sx={{ flex: 1, minWidth: 140 }}
          onChange={(event) => setFilter({ ...filter, text: event.target.value })}
          slotProps={{ htmlInput: { maxLength: 80, autoComplete: 'off', spellCheck: false } }}
        />
        <ToggleButtonGroup
          exclusive
          aria-label="Direction"
          value={filter.direction ?? 'both'}
          onChange={(_, value: LogEntry['direction'] | 'both' | null) =>
            setFilter({ ...filter, direction: value === 'both' ? null : value })
          }
        >
          <ToggleButton value="both">Both</ToggleButton>
          <ToggleButton value="sent">Sent</ToggleButton>
          <ToggleButton value="received">Received</ToggleButton>
        </ToggleButtonGroup>
      </Row>
      {file === null ? null : (
        <Dim>
          Saved as <CopyText text={file} label="the file's name" />
        </Dim>
      )}
      {action.error ? <ErrorPanel error={action.error} details /> : null}
      <Lines
        ref={frame}
        tabIndex={0}
        role="listbox"
        aria-label="Frames"
        aria-activedescendant={opened === null ? undefined : `frame-${opened.seq}`}
        onKeyDown={onKey}
        onWheel={(event) => event.deltaY < 0 && setFollowing(false)}
        onTouchMove={() => setFollowing(false)}
      >
        <div role="presentation" style={{ height: list.getTotalSize() }}>
          {list.getVirtualItems().map(({ index, start }) => {
            const entry = entries[index];
            return entry ? (
              <LogLine
                key={entry.seq}
                entry={entry}
                before={entries[index - 1]}
                top={start}
                height={ROW}
                selected={entry.seq === chosen}
                onSelect={() => choose(index)}
              />
            ) : null;
          })}
        </div>
      </Lines>
      {entries.length === 0 ? (
        <Empty open={open} filtered={filter.text !== '' || filter.direction !== null} />
      ) : null}
      {opened === null ? null : <FrameDetail entry={opened} onClose={() => setChosen(null)} />}
    </Frame>
  );
}

function Empty({ open, filtered }: { open: boolean; filtered: boolean }) {
  const words = !open
    ? 'The board is not in the lab yet.'
    : filtered
      ? 'Nothing fits the filter so far.'
      : 'Nothing has been said yet. Identify the part to hear it.';
  return <Dim role="status">{words}</Dim>;
}
