export type DeliveryResult = 'accepted' | 'rejected' | 'unreachable' | 'lost';

/** One attempt to bring one message to the engine, as Vapi's own log would show it. */
export interface DeliveryRecord {
  callId: string;
  /** Message type, with the status after a colon: `status-update:ended`. */
  name: string;
  result: DeliveryResult;
  /** Simulated time at which the outcome was known. */
  atMs: number;
  status?: number;
  /** Real milliseconds. */
  latencyMs?: number;
  wrongSecret: boolean;
  slow: boolean;
  bytes: number;
  failure?: string;
}

export class DeliveryLog {
  readonly records: DeliveryRecord[] = [];

  add(record: DeliveryRecord): void {
    this.records.push(record);
  }

  of(callId: string): DeliveryRecord[] {
    return this.records.filter((record) => record.callId === callId);
  }

  /** Simulated time at which the engine first accepted any news of a call that had started at `startedAtMs`. */
  firstHeardAtMs(callId: string, startedAtMs: number): number | undefined {
    return this.records.find((r) => r.callId === callId && r.result === 'accepted' && isNews(r, startedAtMs))?.atMs;
  }
}

function isNews({ name, atMs }: DeliveryRecord, startedAtMs: number): boolean {
  return name !== 'assistant-request' && name !== 'status-update:ringing' && atMs >= startedAtMs;
}
