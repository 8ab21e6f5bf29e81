import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Command {
  readonly callId: string;
  readonly type: string;
  readonly content?: string;
  readonly endCallAfterSpoken?: boolean;
  /** When it was heard, this machine's clock. */
  readonly atMs: number;
}

/** Control URLs that only note what is asked of them: nobody hangs up here. */
export class ControlDesk {
  readonly commands: Command[] = [];
  /** What the next commands are answered, then 200. A location makes it a redirect. */
  readonly answers: { readonly status: number; readonly location?: string }[] = [];
  /** Hears everything and answers nothing, as long as it is set. */
  silent = false;

  private constructor(private readonly server: Server) {}

  static async open(): Promise<ControlDesk> {
    const server = createServer();
    const desk = new ControlDesk(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const command = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Omit<Command, 'callId' | 'atMs'>;
        desk.commands.push({ ...command, callId: (request.url ?? '').slice(1), atMs: Date.now() });
        if (desk.silent) return;
        const { status, location } = desk.answers.shift() ?? { status: 200 };
        response.writeHead(status, location === undefined ? {} : { location }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return desk;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  urlOf(callId: string): string {
    return `http://${this.host}/${callId}`;
  }

  of(callId: string): Command[] {
    return this.commands.filter((command) => command.callId === callId);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
