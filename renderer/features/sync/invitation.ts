import { create } from 'zustand';

/** What a scanned QR code said: address, one-time code and the beginning of the fingerprint. */
interface Scanned {
  url: string;
  code: string;
  fingerprint: string;
}

/** A scanned invitation on its way to the wizard. Not in the address: a code has no place in a browser's history. */
export const useInvitation = create<{ scanned: Scanned | null }>()(() => ({ scanned: null }));
