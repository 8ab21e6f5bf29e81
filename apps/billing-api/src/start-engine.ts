import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EngineClock, Metrics, migrate, whenDatabaseIsThere, type Settings } from '@holdfast/platform';
import { ExpireAbandonedReservations } from '@holdfast/reservation';
import { TelephonySchedules } from '@holdfast/telephony';
import { Admission } from './admission';
import { AppModule } from './app.module';
import { EngineLogger } from './engine-logger';
import { fastifyAdapter, REQUEST_TIMEOUT_MS, setUpHttp } from './http-server';
import { setUpApiDocs } from './api-documentation';
import { faultReporter } from './fault-reporter';

/** While draining: how often connections that have become idle are closed (fastify #7044 keeps them 72 s otherwise). */
const CLOSE_IDLE_EVERY_MS = 50;

export interface Engine {
  readonly app: NestFastifyApplication;
  readonly url: string;
  /**
   * Stops accepting, answers what was accepted, closes every connection. Whoever has not sent his request, or taken its
   * answer, in the time that any request may take is cut: Node looks no more for slow clients once it closes.
   */
  stop(patienceMs?: number): Promise<void>;
}

/**
 * Migrates the database and serves. Used by main, and by tests exactly as by main.
 * @param waiting told why, once, when the database has to be waited for
 */
export async function startEngine(
  settings: Settings,
  waiting: (fault: unknown) => void = () => undefined,
): Promise<Engine> {
  const app = await whenDatabaseIsThere(() => connected(settings), waiting);
  setUpHttp(app, faultReporter(settings.sentryDsn));
  setUpApiDocs(app);
  const metrics = app.get(Metrics);
  new Admission(() => metrics.shed('http')).guard(app.getHttpServer());
  await app.listen(settings.port, settings.host);
  app.get(ExpireAbandonedReservations).start();
  app.get(TelephonySchedules).start();
  const address = app.getHttpServer().address() as { port: number };
  return {
    app,
    url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${address.port}`,
    async stop(patienceMs = REQUEST_TIMEOUT_MS) {
      const sweep = setInterval(() => app.getHttpServer().closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
      const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), patienceMs);
      try {
        await app.close();
      } finally {
        clearInterval(sweep);
        clearTimeout(cut);
      }
    },
  };
}

/** What of a start needs the database, and may be tried again. */
async function connected(settings: Settings): Promise<NestFastifyApplication> {
  await migrate(settings.databaseUrl);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(settings), fastifyAdapter(settings), {
    logger: new EngineLogger(settings.logLevel),
    bodyParser: false,
    abortOnError: false,
  });
  try {
    await app.get(EngineClock).now(); // measures how far this machine's clock is off the database's
    return app;
  } catch (fault) {
    await app.close();
    throw fault;
  }
}
