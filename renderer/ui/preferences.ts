import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import type { ThemeName } from './theme/tokens.ts';

interface Preferences {
  theme: ThemeName;
  sound: boolean;
  setTheme: (theme: ThemeName) => void;
  setSound: (sound: boolean) => void;
}

/** What this screen remembers of its own: looks and sound. Never anything of the station. */
export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      theme: 'dark',
      sound: true,
      setTheme: (theme) => set({ theme }),
      setSound: (sound) => set({ sound }),
    }),
    { name: 'rootline.preferences' },
  ),
);
