/** Faults of a site, asked for by name on its control socket. docs/virtual-bench.md lists them for people. */
export const FAULTS = {
  'drop-answer': 'The next answer (to COMMAND) is not sent.',
  'corrupt-checksum': 'The next answer carries a wrong checksum.',
  delay: 'The next answer comes MILLISECONDS later.',
  garbage: 'Noise bytes come before the next answer.',
  nak: 'The next command is refused with STATUS (hex), and not carried out.',
  'power-cut-mid-write': 'Power fails for a moment while the Nth phrase from now is being programmed.',
  'lock-silent': 'The move to LCK_BOOT is done and not answered.',
  'lock-lost': 'The move to LCK_BOOT is neither done nor answered.',
  'wrong-chip': 'The signature names another product.',
  'wrong-uid': 'The signature gives another unique id, as after a swap that nobody saw.',
  'bad-cell': 'The flash cell at ADDRESS (hex) reads wrong.',
  echo: 'What is sent comes back at once, as from an adapter or a console that echoes; until `fault clear`.',
  'wrong-baud': 'The adapter runs at RATIO (0.5) of its rate, both ways; until `fault clear`.',
  stale: 'Forty bytes of noise wait in the port, as from a part that spoke before anybody listened.',
} as const;

export type FaultName = keyof typeof FAULTS;

interface Armed {
  line: string;
  name: string;
  args: string[];
  /** Times left; Infinity for `always`. */
  left: number;
}

const AGENT = 'agent:';

/** The faults armed at one site. One that bites is spent, unless it says `always` or a number of times. */
export class FaultSet {
  private armed: Armed[] = [];
  private readonly own: Readonly<Record<string, string>>;

  /** `own`: faults of one chip family beside those of every line. */
  constructor(own: Readonly<Record<string, string>> = {}) {
    this.own = own;
  }

  /** False for a name that is none. */
  arm(line: string): boolean {
    const [name = '', ...args] = line.split(/\s+/);
    if (!Object.hasOwn(FAULTS, name) && !Object.hasOwn(this.own, name) && !name.startsWith(AGENT))
      return false;
    const times = args.findIndex((word) => word === 'always' || /^x\d+$/.test(word));
    const word = times < 0 ? 'x1' : args.splice(times, 1)[0];
    const left = word === 'always' ? Infinity : Number(word?.slice(1));
    this.armed.push({ line, name, args, left });
    return true;
  }

  clear(): void {
    this.armed = [];
  }

  list(): string[] {
    return this.armed.map(({ line }) => line);
  }

  /** Spends the fault where it is armed for this command (its last word, hex, or none for any). Null: not armed. */
  take(name: FaultName | (string & {}), command?: number): string[] | null {
    const found = this.armed.find((fault) => fault.name === name && matches(fault, command));
    if (found === undefined) return null;
    found.left -= 1;
    if (found.left <= 0) this.armed = this.armed.filter((fault) => fault !== found);
    return found.args;
  }

  /** What it was armed with, and it stays armed. Null: not armed. */
  holds(name: FaultName): string[] | null {
    return this.armed.find((fault) => fault.name === name)?.args ?? null;
  }

  /** The firmware's own fault, `agent:` and all, which stays armed. */
  agent(): string | null {
    return this.armed.find(({ name }) => name.startsWith(AGENT))?.name ?? null;
  }
}

/** How many words a fault has before the command it is meant for. */
const OPERANDS: Partial<Record<string, number>> = { delay: 1, nak: 1 };

function matches(fault: Armed, command?: number): boolean {
  const wanted = fault.args[OPERANDS[fault.name] ?? 0];
  return command === undefined || wanted === undefined || Number.parseInt(wanted, 16) === command;
}
