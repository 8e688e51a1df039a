/** Operations that a maker's tool can be described for. */
export const TOOL_OPERATIONS = [
  ...([
    'identify',
    'initialize',
    'program',
    'verify',
    'protect',
    'lock',
    'start-firmware',
    'read-state',
  ] as const),
] as const;
export type ToolOperation = (typeof TOOL_OPERATIONS)[number];

/** What an exit code of a tool may mean; the words are the recipe's. */
export const TOOL_FAILURES = [
  ...([
    'no-answer',
    'port-missing',
    'port-busy',
    'wrong-chip',
    'protected',
    'locked',
    'verify-mismatch',
  ] as const),
  ...(['device-error', 'wrong-state'] as const),
] as const;
export type ToolFailure = (typeof TOOL_FAILURES)[number];

/**
 * One command line. Arguments are handed over as they are, never through a shell; `{port}`, `{image}`, `{address}`,
 * `{output}` and `{level}` are put in. Lines are told by templates: literal text with `{percent}`, `{uid}` and `{*}`.
 */
export interface ToolCommand {
  args: string[];
  /** Exit codes other than 0, by number. One that is not here is `device-error`. */
  exitCodes: Record<string, { code: ToolFailure; message: string }>;
  /** Longest run, seconds. */
  timeout: number;
  progress?: string;
  /** Where the unique id comes from: a line, or the bytes of the file `{output}`. */
  uid?: { line: string } | { file: true };
  /** The first line that is seen decides the life cycle. */
  states?: { line: string; dlm: string; locked: boolean }[];
}

/** A tool of a programmer's maker, as a recipe describes it (docs/targets/vendor-tool.md). */
export interface ToolDescription {
  /** Absolute path of the program on the station. */
  path: string;
  /** SHA-256 of the program file, hex: another version is another tool. */
  sha256: string;
  /** Name of the part that the tool is for; a tool itself often does not tell. */
  product: string;
  /** How the image is handed over, as a file. `binary`: one piece, gaps filled with FF. */
  image: 'binary' | 'intel-hex';
  commands: Partial<Record<ToolOperation, ToolCommand>>;
}
