import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { epochMs } from '../measure/agenda';

const LOOPBACK = '127.0.0.1';

/** Answers the control URLs of the load's calls, as Vapi does: what is ended here hangs up at once. */
export class ControlDesk {
  private server: Server | undefined;
  /** host:port, as VAPI_CONTROL_HOSTS allows it over http. */
  host = '';
  /** Called with the call and the moment of the order. */
  onEnd: (callId: string, atMs: number) => void = () => undefined;
  /** Spoken sentences by call: warnings and goodbyes. */
  readonly said = new Map<string, number>();

  async open(): Promise<void> {
    const server = createServer((request, response) => {
      const callId = (request.url as string).slice(1);
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        response.writeHead(200, { 'content-length': 2 }).end('{}');
        const command = JSON.parse(body) as { type: string };
        if (command.type === 'end-call') this.onEnd(callId, epochMs());
        else this.said.set(callId, (this.said.get(callId) ?? 0) + 1);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
    this.server = server;
    this.host = `${LOOPBACK}:${(server.address() as AddressInfo).port}`;
  }

  urlOf(callId: string): string {
    return `http://${this.host}/${callId}`;
  }

  close(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }
}
