import { useId } from 'react';
import { brand } from '../brand.ts';

/** The brand's mark: an R that branches, on the brand's gradient. */
export function Mark({ size = 32 }: { size?: number }) {
  const id = useId();
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stopColor={brand.mark.from} />
          <stop offset="1" stopColor={brand.mark.to} />
        </linearGradient>
      </defs>
      <rect width="64" height="64" rx="16" fill={`url(#${id})`} />
      <path
        d="M20 50V14h14a11 11 0 0 1 0 22H20m14 0 11 14"
        fill="none"
        stroke="#0F1419"
        strokeWidth="7"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
