import { DriverError } from '#drivers/core/errors.ts';
import type { OperationContext } from '#drivers/core/operations.ts';
import { SmpOp } from '#drivers/protocols/smp/constants.ts';
import {
  EnrolmentCommand,
  SLOTS,
  slotResponse,
  slotsResponse,
  type KeySlot,
} from '#drivers/protocols/smp/enrolment.ts';
import type { AgentLink } from '../agent/agent-link.ts';

/** What a key in the slot may be used for, and whether the slot closes as soon as it holds one. */
export interface SlotPolicy {
  slot: number;
  usage: 'sign' | 'derive';
  /** Always refused: here so that a test can ask for it. */
  exportable: boolean;
  lock: boolean;
}

/** The slots of the device: one that signs, one that secrets are sealed to. Neither key ever leaves; both slots close. */
export const DEVICE_POLICIES: readonly SlotPolicy[] = [
  { ...SLOTS.device, exportable: false, lock: true },
  { ...SLOTS.enrolment, exportable: false, lock: true },
];

export async function readSlots(link: AgentLink, { signal }: OperationContext): Promise<KeySlot[]> {
  const { slots } = await link.ask(SmpOp.read, EnrolmentCommand.slots, {}, slotsResponse, signal, {
    attempts: 3,
  });
  return slots;
}

/** Repeating it changes nothing while the slot is empty. */
export async function setSlot(
  link: AgentLink,
  policy: SlotPolicy,
  { signal }: OperationContext,
): Promise<KeySlot> {
  return link.ask(SmpOp.write, EnrolmentCommand.slots, { ...policy }, slotResponse, signal, { attempts: 3 });
}

/** Throws where a slot is another than was asked for: a key is never made under a policy that nobody read. */
export function checkSlots(slots: readonly KeySlot[], holdsKey: boolean): void {
  for (const { slot, usage, lock } of DEVICE_POLICIES) {
    const found = slots.find((one) => one.slot === slot);
    const fits = found?.usage === usage && !found.exportable && found.lock === lock && found.key === holdsKey;
    if (fits) continue;
    throw new DriverError('enrol-refused', 'A slot of the part does not have the policy that keys need.', {
      chip: 'not-locked',
      context: { slot, usage: found?.usage ?? 'none', exportable: found?.exportable ?? false },
    });
  }
}
