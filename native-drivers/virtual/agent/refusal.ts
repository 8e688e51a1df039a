import { SmpGroup } from '#drivers/protocols/smp/constants.ts';

/** A command that the agent refuses: `rc` of the enrolment group, or of SMP itself where `group` is 0. */
export class AgentRefusal extends Error {
  readonly group: number;
  readonly rc: number;

  constructor(group: number, rc: number, cause?: unknown) {
    super(`refused: group ${group}, rc ${rc}`, cause === undefined ? {} : { cause });
    this.name = 'AgentRefusal';
    this.group = group;
    this.rc = rc;
  }
}

/** A refusal with a code of the enrolment group. */
export function refuse(rc: number, cause?: unknown): AgentRefusal {
  return new AgentRefusal(SmpGroup.enrolment, rc, cause);
}
