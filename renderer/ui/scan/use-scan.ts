import { useEffect, useRef } from 'react';
import { pushScanHandler, type ScanHandler } from './scan-listener.ts';

/** While the component is on screen, scans come to it first. */
export function useScan(handler: ScanHandler): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => pushScanHandler((text) => latest.current(text)), []);
}
