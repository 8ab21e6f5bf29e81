import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What the proxy does to the next transactions that pass it. */
type Mishap =
  /** BEGIN arrives, then both ends are cut: nothing can have happened. */
  | 'cut after BEGIN'
  /** Both ends are cut instead of passing COMMIT on: nothing has happened, but the client cannot know. */
  | 'cut instead of COMMIT'
  /** COMMIT is carried out and its answer is lost: it has happened, but the client cannot know. */
  | 'cut after COMMIT';

/** The unit of work's prepared statements, as their names travel with every use. */
const BEGIN = Buffer.from('uow_begin\0');
const COMMIT = Buffer.from('uow_commit\0');
/** How the server says that a transaction has ended. */
const ENDED = [Buffer.from('COMMIT\0'), Buffer.from('ROLLBACK\0')];

/** Stands between the engine and its database and fails on demand, as a network does. */
export class PostgresProxy {
  /** Cuts that took place. */
  cuts = 0;
  private readonly links = new Set<Link>();
  private readonly mishaps: Mishap[] = [];
  private away = false;
  private hanging = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.link(client));
  }

  static async before(databaseUrl: string): Promise<PostgresProxy> {
    const server = createServer();
    const proxy = new PostgresProxy(server, new URL(databaseUrl));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** The database's URL, by way of this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** The next `times` transactions meet with this, whichever connection they are on. */
  plan(mishap: Mishap, times = 1): void {
    for (let i = 0; i < times; i++) this.mishaps.push(mishap);
  }

  /** Cuts everything and lets nobody in until {@link comeBack}. */
  goAway(): void {
    this.away = true;
    this.cutAll();
  }

  /** Keeps connections open and lets nothing through them any more; new ones too, until {@link comeBack}. */
  hang(): void {
    this.hanging = true;
    for (const link of this.links) link.hang();
  }

  /** New connections work again. Those that hung stay dead, as after a power cut on the other side. */
  comeBack(): void {
    this.away = false;
    this.hanging = false;
  }

  cutAll(): void {
    for (const link of this.links) link.cut();
  }

  async stop(): Promise<void> {
    this.cutAll();
    this.server.close();
    await once(this.server, 'close');
  }

  private link(client: Socket): void {
    if (this.away) {
      client.destroy();
      return;
    }
    const server = connect({ host: this.target.hostname, port: Number(this.target.port) });
    const link = new Link(client, server, {
      nextMishap: (kinds) => this.takeMishap(kinds),
      ended: (wasCut) => {
        this.links.delete(link);
        if (wasCut) this.cuts += 1;
      },
      leaves: () => {
        this.away = true;
      },
    });
    this.links.add(link);
    if (this.hanging) link.hang();
  }

  private takeMishap(kinds: readonly Mishap[]): Mishap | undefined {
    const next = this.mishaps[0];
    return next !== undefined && kinds.includes(next) ? this.mishaps.shift() : undefined;
  }

  /** After the next cut nobody gets in until {@link comeBack}: the client cannot settle what became of its COMMIT. */
  planAndGoAway(mishap: Mishap): void {
    this.plan(mishap);
    this.leaveAfterCut = true;
  }

  private leaveAfterCut = false;
}

interface Watcher {
  nextMishap(kinds: readonly Mishap[]): Mishap | undefined;
  ended(wasCut: boolean): void;
  leaves(): void;
}

/** One connection of a client, and ours to the server for it. */
class Link {
}
