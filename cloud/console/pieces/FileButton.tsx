import Button, { type ButtonProps } from '@mui/material/Button';
import { useRef } from 'react';

interface Props {
  label: string;
  /** A whole folder instead of files. */
  folder?: boolean;
  multiple?: boolean;
  disabled?: boolean;
  variant?: NonNullable<ButtonProps['variant']>;
  onFiles: (files: File[]) => void;
}

/** Opens the file picker. The same files may be chosen again. */
export function FileButton({ label, folder = false, multiple = false, disabled, variant, onFiles }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        disabled={disabled === true}
        {...(variant ? { variant } : {})}
        onClick={() => input.current?.click()}
      >
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        aria-label={label}
        tabIndex={-1}
        hidden
        multiple={multiple || folder}
        {...(folder ? { webkitdirectory: '' } : {})}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </>
  );
}
