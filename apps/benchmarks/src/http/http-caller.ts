import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  /** Status line and headers as they came. */
  readonly head: string;
  readonly body: string;
}

/** A request that takes longer has failed: no caller waits for ever. A sweep of 50 000 holds is one request. */
const ANSWER_WITHIN_MS = 120_000;
const HEAD_END = '\r\n\r\n';

/**
 * One keep-alive connection, one request at a time; opened when first used, and again when the server closed it while
 * idle. Written by hand because the load generator shares the machine with what it loads: a general client costs as much
 * CPU per request as the server does.
 */
export class HttpCaller {
  private received: Buffer = Buffer.alloc(0);
  private waiting: { resolve: (answer: HttpAnswer) => void; reject: (fault: Error) => void } | undefined;
  private socket: Socket | undefined;
  private readonly headers: string;

  /** @param headers of every request */
  constructor(
    private readonly port: number,
    headers: Readonly<Record<string, string>>,
  ) {
    this.headers = Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
  }

  post(path: string, body: string | Buffer, headers = ''): Promise<HttpAnswer> {
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    const head =
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n` +
      `${this.headers}${headers}\r\n`;
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      const socket = (this.socket ??= this.open());
      socket.cork();
      socket.write(head);
      socket.write(body);
      socket.uncork();
    });
  }

  close(): void {
    this.socket?.removeAllListeners('close');
    this.socket?.destroy();
  }

  private open(): Socket {
    const socket = connect(this.port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error('no answer in time')));
    socket.on('data', (chunk) => this.onData(chunk));
    socket.on('error', (fault) => this.fail(fault));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
    return socket;
  }

  private onData(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const headEnd = this.received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.received.toString('latin1', 0, headEnd);
    const length = /content-length: (\d+)/i.exec(head)?.[1];
    if (length === undefined) return this.fail(new Error(`an answer without a length: ${head}`));
    const end = headEnd + HEAD_END.length + Number(length);
    if (this.received.length < end) return;
    const body = this.received.toString('utf8', headEnd + HEAD_END.length, end);
    this.received = this.received.subarray(end);
    const waiting = this.waiting;
    this.waiting = undefined;
    waiting?.resolve({ status: Number(head.slice(9, 12)), head, body });
  }

  private fail(fault: Error): void {
    this.socket = undefined;
    this.received = Buffer.alloc(0);
    this.waiting?.reject(fault);
    this.waiting = undefined;
  }
}
