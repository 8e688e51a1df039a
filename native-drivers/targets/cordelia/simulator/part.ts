import { createHash } from 'node:crypto';
import type { VirtualPart } from '#drivers/virtual/target.ts';

/** Most times that its memory takes an enrolment: users tell that enrolling in a loop exhausts it; how often is assumed. */
const ENROLMENTS = 8;

export interface StoredFile {
  size: number;
  bytes: Uint8Array;
}

/** All of a module that survives a reset. */
export class CordeliaPart implements VirtualPart {
  readonly uid: Uint8Array;
  readonly files = new Map<string, StoredFile>();
  /** By id and option, lower case. */
  readonly settings = new Map<string, string>();
  enrolled = false;
  revoked = false;
  article = '2610011025010';
  private enrolmentsLeft = ENROLMENTS;

  constructor(uid: Uint8Array) {
    this.uid = uid;
  }

  /** Of the device's key, which never leaves it. */
  get deviceId(): string {
    return createHash('sha256').update('cordelia device key').update(this.uid).digest('hex');
  }

  /** False: its memory has no room for one more. */
  enrol(): boolean {
    if (this.enrolmentsLeft === 0) return false;
    this.enrolmentsLeft -= 1;
    this.enrolled = true;
    return true;
  }

  factoryReset(): void {
    this.files.clear();
    this.settings.clear();
    this.enrolled = false;
  }
}
