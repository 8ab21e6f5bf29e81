import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Vapi's GET /call/{id}, and nothing else: its list of calls is out of order. */
export class CallRecords {
  readonly records = new Map<string, object>();
  /** Which calls were asked about, in order. */
  readonly asked: string[] = [];

  private constructor(private readonly server: Server) {}

  static async open(): Promise<CallRecords> {
    const server = createServer();
    const records = new CallRecords(server);
    server.on('request', (request, response) => {
      const id = /^\/call\/([^/?]+)$/.exec(request.url ?? '')?.[1];
      const record = id === undefined ? undefined : records.records.get(id);
      if (id !== undefined) records.asked.push(id);
      response.writeHead(record ? 200 : 500, { 'content-type': 'application/json' }).end(JSON.stringify(record ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return records;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A record of a call that is over; without a start it never connected. */
  ended(id: string, startedAt: Date | undefined, endedAt: Date, phoneNumberId?: string): void {
    const times = { startedAt: startedAt?.toISOString(), endedAt: endedAt.toISOString() };
    const at = endedAt.toISOString();
    this.records.set(id, {
      id,
      status: 'ended',
      endedReason: 'customer-ended-call',
      createdAt: at,
      updatedAt: at,
      phoneNumberId,
      ...times,
    });
  }

  /** A record of a call that goes on. */
  live(
    id: string,
    status: 'ringing' | 'in-progress',
    startedAt?: Date,
    controlUrl?: string,
    phoneNumberId?: string,
  ): void {
    this.records.set(id, { id, status, startedAt, phoneNumberId, monitor: { controlUrl } });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
