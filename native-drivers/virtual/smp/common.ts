import { MgmtError, OsCommand, SmpGroup, SmpOp } from '#drivers/protocols/smp/constants.ts';
import type { SmpMap } from '#drivers/protocols/smp/cbor.ts';
import type { SmpPart } from './part.ts';
import { Refused } from './refused.ts';
import { keyOf, type Handlers, type SmpServer } from './server.ts';
import { imageIn } from './slots.ts';

/** MCUboot waits that long between its answer and the reset (boot_serial.c, `bs_reset`); Zephyr does too. */
const RESET_DELAY_NS = 250e6;
const { read, write } = SmpOp;
const { os } = SmpGroup;

const echo = (map: SmpMap): SmpMap => {
  if (typeof map['d'] !== 'string') throw new Refused(MgmtError.invalid);
  return { r: map['d'] };
};

/** Echo and reset, which both programs have; an old boot loader has no echo. */
export function osHandlers(server: () => SmpServer, has = { echo: true }): Handlers {
  return {
    ...(has.echo
      ? { [keyOf(read, os, OsCommand.echo)]: echo, [keyOf(write, os, OsCommand.echo)]: echo }
      : {}),
    [keyOf(write, os, OsCommand.reset)]: () => {
      const { time, host } = server();
      server().then(() => void time.busy(RESET_DELAY_NS).then(() => host.restart()));
      return { rc: MgmtError.ok };
    },
  };
}

/** Info of the enrolment group (docs/protocols/enrolment-agent.md) of an application that has no root of trust. */
export function enrolmentInfo(part: SmpPart): SmpMap {
  const nothing = { id: null, pl: null, al: null, cert: null, helper: null };
  const fw = imageIn(part, 0)?.version ?? '0.0.0';
  const state = { rot: 'none', enrolled: false, locked: false, dlm: 'OEM', max_baud: part.baudRate };
  return { v: 1, uid: part.reportedUid, fw, ...state, ...nothing };
}
