import { connect, type Socket } from 'node:net';
import { HttpAnswer } from './http-answer';

/** A request that takes longer has failed: no caller waits for ever. A sweep of 50 000 holds is one request. */
const ANSWER_WITHIN_MS = 120_000;
/** Read into by all sockets, and emptied before the next one is read. */
const READ_BUFFER = Buffer.alloc(65_536);

/**
 * One keep-alive connection, one request at a time; opened when first used, and again when the server closed it while
 * idle. Written by hand because the load generator shares the machine with what it loads: a general client costs as much
 * CPU per request as the server does. It reads without a stream and writes head and body as one string.
 */
export class HttpCaller {
  private received = '';
  private waiting: { resolve: (answer: HttpAnswer) => void; reject: (fault: Error) => void } | undefined;
  private socket: Socket | undefined;
  private readonly head: string;

  /** @param headers of every request */
  constructor(
    private readonly port: number,
    headers: Readonly<Record<string, string>>,
  ) {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.head = ` HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${lines.join('')}content-length: `;
  }

  post(path: string, body: string | Buffer, headers = ''): Promise<HttpAnswer> {
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    const head = `POST ${path}${this.head}${length}\r\n${headers}\r\n`;
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      const socket = (this.socket ??= this.open());
      if (typeof body === 'string') {
        socket.write(head + body);
        return;
      }
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
    const onread = {
      buffer: READ_BUFFER,
      callback: (bytes: number): boolean => {
        this.onBytes(READ_BUFFER.toString('latin1', 0, bytes));
        return true;
      },
    };
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true, onread });
    socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error('no answer in time')));
    socket.on('error', (fault) => this.fail(fault));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
    return socket;
  }

  private onBytes(bytes: string): void {
    this.received += bytes;
    try {
      const answer = HttpAnswer.from(this.received);
      if (answer === undefined) return;
      const waiting = this.waiting;
      this.received = '';
      this.waiting = undefined;
      waiting?.resolve(answer);
    } catch (fault) {
      this.fail(fault as Error);
    }
  }

  private fail(fault: Error): void {
    this.socket = undefined;
    this.received = '';
    this.waiting?.reject(fault);
    this.waiting = undefined;
  }
}
