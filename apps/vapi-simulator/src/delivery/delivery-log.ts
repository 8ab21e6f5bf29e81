export type DeliveryResult = 'accepted' | 'rejected' | 'unreachable' | 'lost';

/** One attempt to bring one message to the engine, as Vapi's own log would show it. */
export interface DeliveryRecord {
  callId: string;
  /** Message type, with the status after a colon: `status-update:ended`. */
  name: string;
  result: DeliveryResult;
  /** Simulated time at which it left; of a lost one, at which it should have. */
  sentAtMs: number;
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

  /** Simulated time at which the first news of an answered call left that the engine accepted. */
  firstToldAtMs(callId: string): number | undefined {
    const told = this.of(callId).filter((record) => record.result === 'accepted' && isNews(record));
    return told.length === 0 ? undefined : Math.min(...told.map(({ sentAtMs }) => sentAtMs));
  }
}

function isNews({ name }: DeliveryRecord): boolean {
  return name !== 'assistant-request' && name !== 'status-update:ringing';
}
