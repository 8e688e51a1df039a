import CloudIcon from '@mui/icons-material/CloudOutlined';
import HomeIcon from '@mui/icons-material/HomeOutlined';
import ScienceIcon from '@mui/icons-material/ScienceOutlined';
import ListIcon from '@mui/icons-material/FormatListBulleted';
import MemoryIcon from '@mui/icons-material/Memory';
import TuneIcon from '@mui/icons-material/Tune';
import { styled } from '@mui/material/styles';
import type { ComponentType } from 'react';
import { Link, useLocation } from 'wouter';
import { useBatches } from '#client/state/batch.ts';
import { useRole } from '#client/state/session.ts';
import { addressOf, PLACE_WORDS, placeOf, placesOf, type Place } from './navigation.ts';
import { useNavigationKeys } from './use-navigation-keys.ts';

const Rail = styled('nav')(({ theme }) => ({
  flex: 'none',
  width: 72,
  display: 'flex',
  flexDirection: 'column',
  gap: 6,
  padding: '12px 6px',
  background: theme.tokens.panel,
  borderRight: `1px solid ${theme.tokens.line}`,
}));
const Item = styled(Link)(({ theme }) => ({
  minHeight: 60,
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 3,
  borderRadius: 10,
  border: '2px solid transparent',
  fontSize: 12.5,
  color: theme.tokens.dim,
  textDecoration: 'none',
  '&:hover': { background: theme.tokens.raised },
  '&[aria-current="page"]': {
    color: theme.tokens.text,
    background: theme.tokens.raised,
    borderColor: theme.tokens.line,
    fontWeight: 650,
  },
}));
const ICONS: Record<Place, ComponentType> = {
  home: HomeIcon,
  batch: MemoryIcon,
  units: ListIcon,
  bench: TuneIcon,
  sync: CloudIcon,
  lab: ScienceIcon,
};

/** The places of the app that this person's role has. Alt and a digit go there too. */
export function NavRail() {
  const role = useRole();
  const openBatch = useBatches((s) => s.openId);
  const [address] = useLocation();
  const places = placesOf(role);
  useNavigationKeys(places, openBatch);
  const here = placeOf(address);
  return (
    <Rail aria-label="Places">
      {places.map((place) => {
        const Icon = ICONS[place];
        return (
          <Item
            key={place}
            href={addressOf(place, openBatch)}
            aria-current={place === here ? 'page' : undefined}
          >
            <Icon />
            {PLACE_WORDS[place]}
          </Item>
        );
      })}
    </Rail>
  );
}
