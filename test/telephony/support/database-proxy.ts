import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * `open`: all goes through. `hanging`: connections are accepted and nothing moves. `mute`: statements reach the
 * database, answers don't come back. `down`: connections are cut and refused.
 */
export type ProxyMode = 'open' | 'hanging' | 'mute' | 'down';

/** Stands between the engine and its database, and does what networks do. What was held up flows on when it opens. */
export class DatabaseProxy {
  private mode: ProxyMode = 'open';
  private readonly pairs = new Map<Socket, Socket>();
  private trap: { readonly text: string; readonly mode: ProxyMode } | null = null;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async before(databaseUrl: string): Promise<DatabaseProxy> {
    const target = new URL(databaseUrl);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(databaseUrl);
    url.hostname = '127.0.0.1';
    url.port = String((server.address() as AddressInfo).port);
    const proxy = new DatabaseProxy(server, url.href);
    server.on('connection', (client: Socket) => proxy.join(client, target));
    return proxy;
  }

  become(mode: ProxyMode): void {
    this.mode = mode;
    for (const [client, database] of this.pairs) this.apply(client, database);
  }

  /** Lets everything through until a statement contains this text; that one still arrives. */
  becomeAfter(text: string, mode: ProxyMode): void {
    this.trap = { text, mode };
  }

  async close(): Promise<void> {
    this.become('down');
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, { hostname, port }: URL): void {
    const database = connect(Number(port || 5432), hostname);
    this.pairs.set(client, database);
    const part = (): void => {
      this.pairs.delete(client);
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) socket.on('error', part).on('close', part);
    client.on('data', (bytes: Buffer) => {
      database.write(bytes);
      if (!this.trap || !bytes.includes(this.trap.text)) return;
      const { mode } = this.trap;
      this.trap = null;
      this.become(mode);
    });
    database.on('data', (bytes) => client.write(bytes));
    this.apply(client, database);
  }

  private apply(client: Socket, database: Socket): void {
    if (this.mode === 'down') client.destroy();
    else {
      if (this.mode === 'hanging') client.pause();
      else client.resume();
      if (this.mode === 'open') database.resume();
      else database.pause();
    }
  }
}
