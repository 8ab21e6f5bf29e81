import type { CallStatus, SimulatedCall } from '../calls/simulated-call';
import type { OutgoingMessage } from '../delivery/courier';
import { envelope } from './envelope';
import type { WireObject } from './wire-call';

/** In a captured delivery the in-progress message was stamped 2 ms before `startedAt`. */
const IN_PROGRESS_STAMPED_EARLIER_MS = 2;

export function statusUpdate(call: SimulatedCall, status: CallStatus, nowMs: number): OutgoingMessage {
  const timestampMs = status === 'in-progress' ? nowMs - IN_PROGRESS_STAMPED_EARLIER_MS : nowMs;
  const body = JSON.stringify(
    envelope(call, 'status-update', timestampMs, { status, ...(status === 'ended' && ended(call)) }),
  );
  return { name: `status-update:${status}`, body: () => body };
}

function ended(call: SimulatedCall): WireObject {
  if (call.gate !== 'refused') return { endedReason: call.endedReason };
  const error = call.gateDetail;
  return {
    endedReason: call.endedReason,
    inboundPhoneCallDebuggingArtifacts: { error, assistantRequestResponse: { error } },
  };
}
