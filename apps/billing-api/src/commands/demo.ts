import 'reflect-metadata';
import { scaledTime } from '@holdfast/kernel';
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
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** 128 + SIGINT, as shells count. */
const INTERRUPTED = 130;

async function demo(args: readonly string[]): Promise<boolean> {
  if (args.length > 0) throw new UsageError(`Unknown argument: ${args.join(' ')}`);
  const interruption = expectInterruption();
  const theatre = openTheatre();
  try {
    const open = await Promise.race([theatre, interruption.came]);
    const told = open === 'interrupted' ? open : await Promise.race([play(open), interruption.came]);
    if (told !== 'interrupted') return told.mistakes === 0;
    console.log('\nInterrupted: cleaning up …');
  } finally {
    await closeTheatre(theatre);
    interruption.forget();
  }
  process.exit(INTERRUPTED);
}

/** Ctrl-C, a closing terminal, or the end of the launcher. */
function expectInterruption(): { came: Promise<'interrupted'>; forget: () => void } {
  let interrupt = (): void => undefined;
  const came = new Promise<'interrupted'>((resolve) => {
    interrupt = () => resolve('interrupted');
  });
  for (const signal of SIGNALS) process.on(signal, interrupt);
  process.on('disconnect', interrupt);
  return {
    came,
    forget: () => {
      for (const signal of SIGNALS) process.off(signal, interrupt);
      process.off('disconnect', interrupt); // while listened to, the channel keeps this process alive
    },
  };
}

interface Theatre {
  readonly clock: StoryClock;
  readonly vapi: VapiStandIn;
  readonly engine: TemporaryEngine;
}

async function openTheatre(): Promise<Theatre> {
  console.log('Holdfast demo: starting an engine on a PostgreSQL of its own …');
  const vapi = await startVapiStandIn(() => scaledTime(new Date(), TIME_SCALE));
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
