import SearchIcon from '@mui/icons-material/Search';
import InputAdornment from '@mui/material/InputAdornment';
import { styled } from '@mui/material/styles';
import TextField from '@mui/material/TextField';
import { useDeferredValue, useEffect, useState, type ReactNode } from 'react';

const Bar = styled('div')({ display: 'flex', gap: 14, alignItems: 'center' });
/** Milliseconds without a key after which the search is asked for. */
const PAUSE = 150;

interface Props {
  label: string;
  onSearch: (text: string) => void;
  /** Enter, as a scanner ends what it types. */
  onEnter?: (text: string) => void;
  children?: ReactNode;
}

/** The search field of a list, and filters beside it. Typing searches; a scan is typing that ends with Enter. */
export function SearchBar({ label, onSearch, onEnter, children }: Props) {
  const [text, setText] = useState('');
  const settled = useDeferredValue(text);
  useEffect(() => {
    const timer = setTimeout(() => onSearch(settled.trim()), PAUSE);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a new function with the same text is no new search.
  }, [settled]);
  return (
    <Bar role="search">
      <TextField
        label={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          onSearch(text.trim());
          onEnter?.(text.trim());
        }}
        slotProps={{
          htmlInput: { maxLength: 128, autoComplete: 'off', spellCheck: false },
          input: {
            startAdornment: (
              <InputAdornment position="start">
                <SearchIcon />
              </InputAdornment>
            ),
          },
        }}
        sx={{ flex: 1, maxWidth: 480 }}
      />
      {children}
    </Bar>
  );
}
