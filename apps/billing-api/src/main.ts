import { useMemoryAsNeeded } from './start-in-little-memory';
import 'reflect-metadata';
import { join } from 'node:path';
import { START_PATIENCE_MS, startEmbeddedPostgres, type EmbeddedPostgres } from '@holdfast/platform';
import { dataFolderOf } from './data-folder';
import { DevelopmentSecrets } from './development-secrets';
import { readSettings } from './read-settings';
import { startEngine, type Engine } from './start-engine';
import { welcome } from './welcome';
import { whyItDidNotStart } from './why-it-did-not-start';

const DATA_FOLDER = dataFolderOf(process.env);
const USAGE = `usage: npm start
  Takes no arguments: settings are environment variables, such as PORT=4000 npm start (README.md, Settings).`;
const CALLED_WRONGLY = 2;

function sayWhatIsWaitedFor(fault: unknown): void {
  const seconds = START_PATIENCE_MS / 1_000;
  console.error(`Waiting for the database, up to ${seconds} s. ${whyItDidNotStart(fault, process.env)}`);
}

async function main(): Promise<void> {
  let database: EmbeddedPostgres | undefined;
  let engine: Engine | undefined;
  let stopping = false;
  const stop = async (reason: string, code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    console.log(`${reason}: answering what was accepted, then stopping …`);
    await engine?.stop().catch((fault: Error) => console.error(fault.message));
    await database?.stop();
    console.log('Stopped.');
    process.exit(code);
  };
  process.on('SIGINT', () => void stop('Interrupted', 130));
  process.on('SIGTERM', () => void stop('Asked to stop', 0));
  // npm start's wrapper holds the other end of this channel: when it dies, so must the engine.
  process.on('disconnect', () => void stop('Launcher gone', 1));
  if (process.send && !process.connected) void stop('Launcher gone', 1); // it died while the modules were loading

  const secrets = new DevelopmentSecrets(DATA_FOLDER);
  try {
    const settings = await readSettings(process.env, {
      secret: (name) => secrets.secret(name),
      folder: DATA_FOLDER,
      databaseUrl: async () => {
        database = await startEmbeddedPostgres({ directory: join(DATA_FOLDER, 'pg') });
        return database.url();
      },
    });
    void database?.exited.then(() => stop('The embedded PostgreSQL ended', 1));
    engine = await startEngine(settings, sayWhatIsWaitedFor);
    useMemoryAsNeeded();
    console.log(welcome(engine.url, settings, secrets.made, database !== undefined));
  } catch (fault) {
    if (stopping) return;
    stopping = true;
    console.error(`Holdfast did not start. ${whyItDidNotStart(fault, process.env)}`);
    await database?.stop();
    process.exit(1);
  }
}

const [argument] = process.argv.slice(2);
if (argument === undefined) void main();
else if (argument === '--help' || argument === '-h') console.log(USAGE);
else {
  console.error(`Unknown argument: ${argument}\n\n${USAGE}`);
  process.exit(CALLED_WRONGLY);
}
