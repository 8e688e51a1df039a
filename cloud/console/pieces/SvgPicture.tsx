import { styled } from '@mui/material/styles';

const Ground = styled('div')({ padding: 14, borderRadius: 14, background: '#FFFFFF', width: 'max-content' });

/** Pixels of the drawing per module of a code (protocol/courier/qr.ts, frameSvg). */
const PIXELS = 4;

/** The largest side up to `size` at which every module is as large as the others: what falls between pixels reads badly. */
function wholeModules(svg: string, size: number): number {
  const modules = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1] ?? 0) / PIXELS;
  return modules >= 1 && modules <= size ? modules * Math.floor(size / modules) : size;
}

/** An SVG of the cloud's, as a picture: whatever is in it, nothing of it runs. On white, as scanners need it. */
export function SvgPicture({ svg, label, size }: { svg: string; label: string; size: number }) {
  const side = wholeModules(svg, size);
  return (
    <Ground>
      <img
        src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`}
        alt={label}
        width={side}
        height={side}
        style={{ display: 'block' }}
      />
    </Ground>
  );
}
