/** The ID code of a part that asks for one: held for as long as the session, as each reset asks anew. */
export class IdCode {
  private bytes: Uint8Array | null = null;

  /** Takes a copy; the caller wipes its own. */
  set(code: Uint8Array): void {
    this.wipe();
    this.bytes = Uint8Array.from(code);
  }

  /** Null: none was given. */
  get(): Uint8Array | null {
    return this.bytes;
  }

  wipe(): void {
    this.bytes?.fill(0);
    this.bytes = null;
  }
}
