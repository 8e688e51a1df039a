import { brand } from '../brand.ts';

export type ThemeName = 'dark' | 'light' | 'contrast';
/** The outcomes of a site, as colours: `idle` is empty, offline or waiting. */
export type Tone = 'run' | 'pass' | 'fail' | 'unknown' | 'idle';

/** One outcome: text and shape colour, the ink on a filled shape, frame and the two ends of the card's ground. */
export interface ToneColors {
  main: string;
  ink: string;
  frame: string;
  groundFrom: string;
  groundTo: string;
}

export interface Tokens {
  mode: 'dark' | 'light';
  ground: string;
  panel: string;
  raised: string;
  line: string;
  /** Frames of fields and buttons, which must stand out 3:1 from their ground. */
  edge: string;
  text: string;
  dim: string;
  track: string;
  accent: string;
  frameWidth: number;
  tone: Record<Tone, ToneColors>;
}

const dark: Tokens = {
  mode: 'dark',
  ground: '#0F1419',
  panel: '#171E26',
  raised: '#1D2630',
  line: '#2A3541',
  edge: '#5C6B7A',
  text: '#E8EDF2',
  dim: '#93A1B0',
  track: '#0B0F13',
  accent: brand.accent.dark,
  frameWidth: 2,
  tone: {
    run: { main: '#4DA3FF', ink: '#06131F', frame: '#25456B', groundFrom: '#171E26', groundTo: '#171E26' },
    pass: { main: '#35C28A', ink: '#06251A', frame: '#35C28A', groundFrom: '#17352B', groundTo: '#15251F' },
    fail: { main: '#FF5D5D', ink: '#2B0A0A', frame: '#FF5D5D', groundFrom: '#3A1D20', groundTo: '#261618' },
    unknown: {
      main: '#FFB020',
      ink: '#2B1D00',
      frame: '#FFB020',
      groundFrom: '#3A2D12',
      groundTo: '#231D10',
    },
    idle: { main: '#93A1B0', ink: '#0F1419', frame: '#2A3541', groundFrom: '#131920', groundTo: '#131920' },
  },
};

const light: Tokens = {
  mode: 'light',
  ground: '#EEF2F5',
  panel: '#FFFFFF',
  raised: '#F4F7F9',
  line: '#CDD6DF',
  edge: '#768694',
  text: '#111A22',
  dim: '#4A5966',
  track: '#D5DDE5',
  accent: brand.accent.light,
  frameWidth: 2,
  tone: {
    run: { main: '#0A5FC2', ink: '#FFFFFF', frame: '#8DB9EA', groundFrom: '#FFFFFF', groundTo: '#FFFFFF' },
    pass: { main: '#0A6E45', ink: '#FFFFFF', frame: '#0F8A57', groundFrom: '#D9F3E6', groundTo: '#EAF8F1' },
    fail: { main: '#B81C25', ink: '#FFFFFF', frame: '#CF2A33', groundFrom: '#FCDEDF', groundTo: '#FDEDED' },
    unknown: {
      main: '#7D4B00',
      ink: '#FFFFFF',
      frame: '#B26C00',
      groundFrom: '#FFEBC4',
      groundTo: '#FFF5E0',
    },
    idle: { main: '#4A5966', ink: '#FFFFFF', frame: '#A9B6C2', groundFrom: '#F4F7F9', groundTo: '#F4F7F9' },
  },
};

const black = { groundFrom: '#000000', groundTo: '#000000', ink: '#000000' };
const contrast: Tokens = {
  mode: 'dark',
  ground: '#000000',
  panel: '#000000',
  raised: '#101010',
  line: '#B8B8B8',
  edge: '#FFFFFF',
  text: '#FFFFFF',
  dim: '#E2E2E2',
  track: '#3A3A3A',
  accent: brand.accent.contrast,
  frameWidth: 4,
  tone: {
    run: { ...black, main: '#6CC4FF', frame: '#6CC4FF' },
    pass: { ...black, main: '#38FF9F', frame: '#38FF9F', groundFrom: '#003A20', groundTo: '#003A20' },
    fail: { ...black, main: '#FF9B9B', frame: '#FF9B9B', groundFrom: '#4A0000', groundTo: '#4A0000' },
    unknown: { ...black, main: '#FFD23F', frame: '#FFD23F', groundFrom: '#3D2E00', groundTo: '#3D2E00' },
    idle: { ...black, main: '#E2E2E2', frame: '#E2E2E2' },
  },
};

/** Every colour the app draws with; text reaches 4.5:1 on each ground it stands on. */
export const tokens: Record<ThemeName, Tokens> = { dark, light, contrast };
