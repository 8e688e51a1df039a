import DnsIcon from '@mui/icons-material/DnsOutlined';
import DashboardIcon from '@mui/icons-material/DashboardOutlined';
import HistoryIcon from '@mui/icons-material/History';
import HubIcon from '@mui/icons-material/HubOutlined';
import InventoryIcon from '@mui/icons-material/Inventory2Outlined';
import KeyIcon from '@mui/icons-material/KeyOutlined';
import ListIcon from '@mui/icons-material/FormatListBulleted';
import OrderIcon from '@mui/icons-material/AssignmentOutlined';
import UsbIcon from '@mui/icons-material/Usb';
import VerifiedIcon from '@mui/icons-material/VerifiedUserOutlined';
import type { ComponentType } from 'react';
import type { ConsoleRole } from '#cloud/contract/operation.ts';

export interface Place {
  address: string;
  word: string;
  icon: ComponentType;
  /** Least role that finds it in the rail. */
  least: ConsoleRole;
}

/** The places of the console in the order of the rail. */
const PLACES: readonly Place[] = [
  { address: '/', word: 'Fleet', icon: DashboardIcon, least: 'auditor' },
  { address: '/stations', word: 'Stations', icon: DnsIcon, least: 'auditor' },
  { address: '/batches', word: 'Batches', icon: InventoryIcon, least: 'auditor' },
  { address: '/units', word: 'Units', icon: ListIcon, least: 'auditor' },
  { address: '/certificates', word: 'Certificates', icon: VerifiedIcon, least: 'auditor' },
  { address: '/orders', word: 'Orders', icon: OrderIcon, least: 'auditor' },
  { address: '/onboarding', word: 'Onboarding', icon: HubIcon, least: 'auditor' },
  { address: '/courier', word: 'Courier', icon: UsbIcon, least: 'auditor' },
  { address: '/log', word: 'Log', icon: HistoryIcon, least: 'auditor' },
  { address: '/access', word: 'Access', icon: KeyIcon, least: 'admin' },
];

export const placesOf = (role: ConsoleRole): readonly Place[] =>
  PLACES.filter(({ least }) => least !== 'admin' || role === 'admin');

/** Whether an address belongs to a place. */
export const isAt = (address: string, place: Place): boolean =>
  place.address === '/'
    ? address === '/'
    : address === place.address || address.startsWith(`${place.address}/`);
