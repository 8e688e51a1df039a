/** How DTR and RTS reach the part's reset input and mode pin. True pulls the pin low. */
export type Wiring = (lines: { dtr: boolean; rts: boolean }) => { reset: boolean; boot: boolean };

/** DTR on reset, RTS on the mode pin, through the adapter's inverters. */
export const straight: Wiring = ({ dtr, rts }) => ({ reset: dtr, boot: rts });

/**
 * Two transistors between them, as on Espressif's boards (ESP32-DevKitC schematic, "Auto program"): RTS alone resets,
 * DTR alone holds the mode pin, and both together, as a system leaves them when it opens a port, do neither.
 */
export const crossed: Wiring = ({ dtr, rts }) => ({ reset: rts && !dtr, boot: dtr && !rts });
