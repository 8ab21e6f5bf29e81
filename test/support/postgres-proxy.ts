import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What happens to a transaction that passes the proxy. Its client learns the same from all three: nothing. */
export type Mishap =
  /** Cut right after BEGIN: nothing has happened. */
  | 'cut after BEGIN'
  /** Cut instead of passing COMMIT on: nothing has happened. */
  | 'cut instead of COMMIT'
  /** Cut after COMMIT was carried out, before its answer: it has happened. */
  | 'cut after COMMIT';

/** The unit of work's prepared statements, as their names travel with every use. */
const BEGIN = Buffer.from('uow_begin\0');
const COMMIT = Buffer.from('uow_commit\0');
/** How the server says that a transaction has ended, either way. */
const ENDED = [Buffer.from('COMMIT\0'), Buffer.from('ROLLBACK\0')];

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  /** COMMIT was passed on: its answer will be lost. */
  doomed: boolean;
  hanging: boolean;
}

/** Stands between the engine and its database and fails on demand, as a network does. */
export class PostgresProxy {
  /** Transactions that met with a mishap. */
  cuts = 0;
  private readonly links = new Set<Link>();
  private readonly planned: Mishap[] = [];
  private state: 'passing' | 'hanging' | 'away' = 'passing';
  private leavesAfterCut = false;

  private constructor(
    private readonly listener: Server,
    private readonly target: URL,
  ) {
    listener.on('connection', (client) => this.link(client));
  }

  static async before(databaseUrl: string): Promise<PostgresProxy> {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new PostgresProxy(listener, new URL(databaseUrl));
  }

  /** The database's URL, by way of this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.listener.address() as AddressInfo).port);
    return url.href;
  }

  /** The next transactions meet with this, one after the other, whichever connections they are on. */
  plan(...mishaps: Mishap[]): void {
    this.planned.push(...mishaps);
  }

  /** The next transaction meets with this, and then nobody gets in any more until {@link comeBack}. */
  planAndGoAway(mishap: Mishap): void {
    this.plan(mishap);
    this.leavesAfterCut = true;
  }

  /** Cuts every connection and lets nobody in until {@link comeBack}. */
  goAway(): void {
    this.state = 'away';
    this.cutAll();
  }

  /** Keeps connections open, takes new ones, and lets nothing through until {@link comeBack}. */
  hang(): void {
    this.state = 'hanging';
    for (const link of this.links) link.hanging = true;
  }

  /** Lets new connections through. Those that hung stay dead, as when a cable was pulled. */
  comeBack(): void {
    this.state = 'passing';
    this.leavesAfterCut = false;
  }

  async stop(): Promise<void> {
    this.cutAll();
    this.listener.close();
    await once(this.listener, 'close');
  }

  private link(client: Socket): void {
    if (this.state === 'away') {
      client.destroy();
      return;
    }
    const server = connect({ host: this.target.hostname, port: Number(this.target.port) });
    const link: Link = { client, server, doomed: false, hanging: this.state === 'hanging' };
    this.links.add(link);
    client.on('data', (data) => this.fromClient(link, data));
    server.on('data', (data) => this.fromServer(link, data));
    for (const socket of [client, server]) {
      socket.on('error', () => undefined); // followed by close
      socket.on('close', () => this.cut(link));
    }
  }

  private fromClient(link: Link, data: Buffer): void {
    if (link.hanging) return;
    const mishap = this.mishapOf(data);
    if (mishap === 'cut instead of COMMIT') {
      this.mishap(link);
      return;
    }
    link.server.write(data);
    if (mishap === 'cut after BEGIN') this.mishap(link);
    if (mishap === 'cut after COMMIT') link.doomed = true;
  }

  private fromServer(link: Link, data: Buffer): void {
    if (link.hanging) return;
    if (!link.doomed) link.client.write(data);
    else if (ENDED.some((tag) => data.includes(tag))) this.mishap(link);
  }

  private mishapOf(data: Buffer): Mishap | undefined {
    const moment = this.planned[0] === 'cut after BEGIN' ? BEGIN : COMMIT;
    return data.includes(moment) ? this.planned.shift() : undefined;
  }

  private mishap(link: Link): void {
    this.cuts += 1;
    if (this.leavesAfterCut) this.goAway();
    else this.cut(link);
  }

  private cutAll(): void {
    for (const link of this.links) this.cut(link);
  }

  private cut(link: Link): void {
    this.links.delete(link);
    link.client.destroy();
    link.server.destroy();
  }
}
