import ArrowDropDownIcon from '@mui/icons-material/ArrowDropDown';
import Button from '@mui/material/Button';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../client/client.ts';
import { useSession } from '../client/session.ts';
import { roleWord } from '../pieces/words.ts';
import { useHelp } from './help-state.ts';

const leave = () => useSession.setState({ session: null });

/** Who is signed in, and what belongs to this window. */
export function PersonMenu() {
  const session = useSession((s) => s.session);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [, go] = useLocation();
  if (!session) return null;
  const choose = (act: () => void) => () => {
    setAnchor(null);
    act();
  };
  return (
    <>
      <Button
        onClick={(event) => setAnchor(event.currentTarget)}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        endIcon={<ArrowDropDownIcon />}
        sx={{ fontSize: 14, fontWeight: 500, px: 4 }}
      >
        {roleWord[session.role]} · {session.label}
      </Button>
      <Menu open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)}>
        <MenuItem onClick={choose(() => go('/about'))}>Appearance and about</MenuItem>
        <MenuItem onClick={choose(() => useHelp.setState({ open: true }))}>Keys</MenuItem>
        <MenuItem onClick={choose(() => void call('signOut', {}).then(leave, leave))}>Sign out</MenuItem>
      </Menu>
    </>
  );
}
