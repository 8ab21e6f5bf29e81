import { UsageError } from './usage.error';

const FAILED = 1;
const CALLED_WRONGLY = 2;

/** Runs a command of the terminal: 0 when it found everything right, 1 when not, 2 when it was called wrongly. */
export async function runCommand(usage: string, command: (args: readonly string[]) => Promise<boolean>): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage);
    return;
  }
  try {
    process.exitCode = (await command(args)) ? 0 : FAILED;
  } catch (fault) {
    const isUsage = fault instanceof UsageError;
    console.error(isUsage ? `${fault.message}\n\n${usage}` : (fault as Error).message);
    process.exitCode = isUsage ? CALLED_WRONGLY : FAILED;
  }
}
