import { randomUUID } from 'node:crypto';
import type { FaultPlan } from '../delivery/delivery-faults';
import type { PhoneNumberRegistry } from '../phone-numbers/phone-number-registry';
import type { AssistantOverrides } from './assistant-overrides.schema';
import { CallControl, type CarriedOutCommand } from './call-control';
import { CallLife, type CallWorld } from './call-life';
import type { CallScript } from './call-script';
import { type CallKind, SimulatedCall } from './simulated-call';

export interface InboundCall extends CallScript {
  phoneNumberId: string;
}
export interface OutboundCall extends CallScript {
  phoneNumberId: string;
  assistantId: string;
  assistantOverrides?: AssistantOverrides;
}
export interface WebCall extends CallScript {
  assistantId: string;
  assistantOverrides?: AssistantOverrides;
}

/** A call with the hands on it. */
export interface Line {
  life: CallLife;
  control: CallControl;
  controlFailsNow(): boolean;
}

/** All calls of the account: the only place where calls begin. */
export class CallBook {
  readonly commands: CarriedOutCommand[] = [];
  private readonly lines = new Map<string, Line>();

  constructor(
    private readonly world: CallWorld,
    private readonly numbers: PhoneNumberRegistry,
    private readonly faults: FaultPlan,
    private readonly baseUrl: () => string,
  ) {}

  inbound({ phoneNumberId, ...script }: InboundCall): SimulatedCall {
    return this.open('inboundPhoneCall', script, phoneNumberId);
  }

  outbound({ phoneNumberId, assistantId, assistantOverrides, ...script }: OutboundCall): SimulatedCall {
    return this.open('outboundPhoneCall', script, phoneNumberId, assistantId, assistantOverrides);
  }

  web({ assistantId, assistantOverrides, ...script }: WebCall): SimulatedCall {
    return this.open('webCall', script, undefined, assistantId, assistantOverrides);
  }

  get(id: string): SimulatedCall | undefined {
    return this.lines.get(id)?.life.call;
  }

  all(): SimulatedCall[] {
    return [...this.lines.values()].map(({ life }) => life.call);
  }

  line(id: string): Line | undefined {
    return this.lines.get(id);
  }

  knowsNumber(id: string): boolean {
    return this.numbers.get(id) !== undefined;
  }

  private open(
    kind: CallKind,
    script: CallScript,
    phoneNumberId?: string,
    assistantId?: string,
    overrides?: AssistantOverrides,
  ): SimulatedCall {
    const number = phoneNumberId === undefined ? undefined : this.numbers.get(phoneNumberId);
    if (phoneNumberId !== undefined && !number) throw new Error(`no phone number ${phoneNumberId}`);
    const id = script.callId ?? randomUUID();
    if (this.lines.has(id)) throw new Error(`call ${id} exists already`);
    const label = script.label ?? `call ${this.lines.size + 1}`;

    const call = new SimulatedCall(id, label, kind, script, this.world.schedule.clock.nowMs(), this.baseUrl(), number);
    // A number with an assistant of its own sends no assistant-request: nobody can refuse or cap such a call.
    const fixedAssistantId = assistantId ?? number?.assistantId ?? undefined;
    if (fixedAssistantId) call.assistant = this.world.assistant(fixedAssistantId);
    call.overrides = overrides ?? {};

    const life = new CallLife(call, this.world);
    let controlRequests = 0;
    this.lines.set(id, {
      life,
      control: new CallControl(life, this.world.schedule, this.commands),
      controlFailsNow: () => this.faults.controlFails(call.label, (controlRequests += 1)),
    });
    life.begin();
    return call;
  }
}
