import { create } from 'zustand';

/** Grows with each change of ports, sites or layout: who shows them asks again. */
export const useBenchChange = create<{ change: number }>()(() => ({ change: 0 }));
