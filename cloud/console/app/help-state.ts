import { create } from 'zustand';

/** Whether the help dialog is open. */
export const useHelp = create<{ open: boolean }>()(() => ({ open: false }));
