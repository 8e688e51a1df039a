const LENGTH = 16;

/** A one-time code as it is typed: upper case, in groups of four. What cannot stand in a code stays, so that it is seen. */
export function groupCode(typed: string): string {
  const letters = typed.toUpperCase().replaceAll(/[\s-]/g, '').slice(0, LENGTH);
  return letters.match(/.{1,4}/g)?.join('-') ?? '';
}

/** What is wrong with a typed code, or null while it may still become one (RFC 4648 base32: no 0, 1, 8, 9). */
export function codeFault(code: string): string | null {
  const strange = /[^A-Z2-7-]/.exec(code)?.[0];
  return strange === undefined
    ? null
    : `A code has no ${strange}: only the letters A to Z and the digits 2 to 7`;
}

/** True for sixteen letters and digits of a code. */
export const isCode = (code: string): boolean => /^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/.test(code);
