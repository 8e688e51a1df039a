import { renderSVG } from 'uqr';
import { describe, expect, it } from 'vitest';
import { qrDrawing } from './qr-drawing.ts';

describe('a QR code drawn by the station', () => {
  it('is taken apart to its side and its path', () => {
    const svg = renderSVG('RLQ1;1;3;AAAA');
    const drawing = qrDrawing(svg);
    expect(drawing?.side).toBeGreaterThan(20);
    expect(svg).toContain(drawing?.path);
  });
  it('is nothing where it holds anything else', () => {
    expect(qrDrawing('')).toBeNull();
    expect(qrDrawing('<svg viewBox="0 0 9 9"><path d="M0,0" onload="x"/></svg>')?.path).toBe('M0,0');
    expect(qrDrawing('<svg viewBox="0 0 9 9"><script>alert(1)</script></svg>')).toBeNull();
  });
});
