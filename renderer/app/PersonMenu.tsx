import ArrowDropDownIcon from '@mui/icons-material/ArrowDropDown';
import Button from '@mui/material/Button';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '#client/client.ts';
import { useSession } from '#client/state/session.ts';
import { signedIn } from '#client/sync.ts';
import { useHelp } from './help-state.ts';

const ROLE_WORDS = {
  operator: 'Operator',
  engineer: 'Engineer',
  officer: 'Security officer',
  auditor: 'Auditor',
};

async function signOut(): Promise<void> {
  await call('session.signOut', {});
  signedIn(null);
}

/** Who is signed in, and what belongs to a person: settings, help, sign out. */
export function PersonMenu() {
  const person = useSession((s) => s.session?.person);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [, go] = useLocation();
  if (!person) return null;
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
        {ROLE_WORDS[person.role]} · {person.name}
      </Button>
      <Menu open={anchor !== null} anchorEl={anchor} onClose={() => setAnchor(null)}>
        <MenuItem onClick={choose(() => go('/settings'))}>Settings</MenuItem>
        <MenuItem onClick={choose(() => useHelp.setState({ open: true }))}>Keys and scanner help</MenuItem>
        <MenuItem onClick={choose(() => go('/about'))}>About and licences</MenuItem>
        <MenuItem onClick={choose(() => void signOut().catch(() => signedIn(null)))}>Sign out</MenuItem>
      </Menu>
    </>
  );
}
