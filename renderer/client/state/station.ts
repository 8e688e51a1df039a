import { create } from 'zustand';
import type { StationView } from '../views.ts';

export const useStation = create<{ station: StationView | null }>()(() => ({ station: null }));
