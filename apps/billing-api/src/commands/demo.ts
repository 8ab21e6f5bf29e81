import 'reflect-metadata';
import { auditTheBook } from '../demo/audit';
import { EngineClient } from '../demo/engine.client';
import { Narrator } from '../demo/narrator';
import { STORY } from '../demo/scenes';
import { StoryClock } from '../demo/story-clock';
import { startTemporaryEngine, type TemporaryEngine } from '../demo/temporary-engine';
import { startVapiStandIn, type VapiStandIn } from '../demo/vapi-stand-in';
import { runCommand } from './command-line/run-command';
import { UsageError } from './command-line/usage.error';

const USAGE = `usage: npm run demo
  Starts an engine on a PostgreSQL of its own, plays calls, purchases and mishaps over HTTP, prints a statement of every
  wallet and checks all sums. Leaves nothing behind. Exit code 0: everything went as it must, 1: not, 2: called wrongly.`;

/** A minute of talk takes a second. */
const TIME_SCALE = 60;
const INTERRUPTED = 130;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function demo(args: readonly string[]): Promise<boolean> {
  if (args.length > 0) throw new UsageError(`Unknown argument: ${args.join(' ')}`);
  const theatre = openTheatre();
  let closing = false;
  const interrupt = (): void => {
    if (closing) return;
    closing = true;
    console.log('\nInterrupted: cleaning up …');
    void closeTheatre(theatre).then(() => process.exit(INTERRUPTED));
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  process.on('disconnect', interrupt); // the launcher is gone
  try {
    const told = await play(await theatre);
    return told.mistakes === 0;
  } catch (fault) {
    if (closing) return new Promise(() => undefined); // the interruption ends the process
    throw fault;
  } finally {
    if (!closing) {
      closing = true;
      await closeTheatre(theatre);
      for (const signal of SIGNALS) process.off(signal, interrupt);
      process.off('disconnect', interrupt); // while listened to, the channel keeps this process alive
    }
  }
}

interface Theatre {
  readonly clock: StoryClock;
  readonly vapi: VapiStandIn;
  readonly engine: TemporaryEngine;
}

async function openTheatre(): Promise<Theatre> {
  console.log('Holdfast demo: starting an engine on a PostgreSQL of its own …');
  const vapi = await startVapiStandIn(() => new StoryClock(TIME_SCALE).now());
  try {
    const engine = await startTemporaryEngine(vapi, TIME_SCALE);
    return { clock: new StoryClock(TIME_SCALE), vapi, engine };
  } catch (fault) {
    await vapi.stop();
    throw fault;
  }
}

async function play({ clock, vapi, engine }: Theatre): Promise<Narrator> {
  console.log(`\nThe engine’s clock runs ${TIME_SCALE} times faster than life: a minute of talk takes a second.`);
  console.log('Times are minutes:seconds since the start, amounts are pounds.');
  const tell = new Narrator(clock);
  const client = new EngineClient(engine.url);
  for (const scene of STORY) await scene({ engine: client, vapi, clock, tell });
  await auditTheBook(client, clock, tell);
  const { figures, mistakes } = tell;
  console.log(
    mistakes === 0
      ? `\nok: all ${figures} figures and claims are right`
      : `\nFAIL: ${mistakes} of ${figures} are wrong`,
  );
  return tell;
}

/** Also while it is still being opened: waits until there is something to close. */
async function closeTheatre(theatre: Promise<Theatre>): Promise<void> {
  const open = await theatre.catch(() => null);
  await open?.engine.stop();
  await open?.vapi.stop();
}

void runCommand(USAGE, demo);
