import { styled } from '@mui/material/styles';

const Ground = styled('div')({ padding: 14, borderRadius: 14, background: '#FFFFFF', width: 'max-content' });

/** An SVG of the cloud's, as a picture: whatever is in it, nothing of it runs. On white, as scanners need it. */
export function SvgPicture({ svg, label, size }: { svg: string; label: string; size: number }) {
  return (
    <Ground>
      <img
        src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`}
        alt={label}
        width={size}
        height={size}
        style={{ display: 'block' }}
      />
    </Ground>
  );
}
