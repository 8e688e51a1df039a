/** Whether a part is in the socket that nobody has looked at yet. */
export class PartWatch {
  private isNew = false;
  /** Nobody watched the socket for a while: another part may be in it. */
  private unwatched = false;

  /** Reports of the socket have been missing since. */
  blind(): void {
    this.unwatched = true;
  }

  /** The socket's contact reports; `inserted`: it had no part before. */
  reported(part: boolean, inserted: boolean): void {
    this.isNew = part && (this.isNew || inserted || this.unwatched);
    this.unwatched = false;
  }

  /** A part that is in counts as new, or no longer. */
  mark(isNew: boolean): void {
    this.isNew = isNew;
  }

  get hasNew(): boolean {
    return this.isNew;
  }
}
