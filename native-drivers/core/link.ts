/** How a site reaches its part: plain data, so that it crosses a process boundary. */
export interface LinkSpec {
  /** Serial port: `/dev/ttyUSB0`, `COM4`, `/dev/pts/7`; or a TCP address, `tcp://host:port`, which has no modem lines. */
  path: string;
  control: ControlSpec;
}

/**
 * How reset and mode pin are driven and how the socket reports a part.
 * `bench`: the virtual bench's control socket (docs/virtual-bench.md). `modem-lines`: DTR and RTS of the adapter,
 * with CTS or DSR as the socket's contact. `operator`: a person does it when asked.
 */
export type ControlSpec =
  | { kind: 'bench'; socket: string }
  | { kind: 'modem-lines'; reset: 'dtr' | 'rts'; mode: 'dtr' | 'rts'; contact?: 'cts' | 'dsr' }
  | { kind: 'operator' };

/** An open byte link. Bytes arrive as events; nothing polls. */
export interface Transport {
  readonly path: string;
  readonly baudRate: number;
  /** Resolves once the bytes are handed to the operating system; `setBaudRate` waits until they are on the wire. */
  write(bytes: Uint8Array): Promise<void>;
  /** At most one listener; returns its remover. Bytes that arrive with no listener are dropped and counted. */
  onData(listener: (bytes: Uint8Array) => void): () => void;
  /** Called once when the link ends for any reason but `close()`; the error is `port-gone`. */
  onGone(listener: (error: Error) => void): () => void;
  setBaudRate(baudRate: number): Promise<void>;
  close(): Promise<void>;
}

/** Reset, mode pin and socket contact of one site. */
export interface ControlLines {
  /** `boot`: mode pin low, the ROM speaks after reset. `run`: mode pin high, the firmware runs. */
  setMode(mode: 'boot' | 'run'): Promise<void>;
  /** Pulses reset; resolves when the line is released. */
  reset(): Promise<void>;
  /** True: a part is in. False: the socket is empty. Null: this fixture cannot tell. */
  presence(): Promise<boolean | null>;
  onPresence(listener: (part: boolean) => void): () => void;
  close(): Promise<void>;
}

export interface Link {
  transport: Transport;
  control: ControlLines;
}
