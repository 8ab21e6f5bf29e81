/** The command line is wrong: said in one line, without a stack. */
export class UsageError extends Error {}

export function number(given: string, name: string, least: number, most: number): number {
  const value = Number(given);
  if (given.trim() === '' || !(value >= least && value <= most))
    throw new UsageError(`--${name} must be a number from ${least} to ${most}, not "${given}"`);
  return value;
}

export function whole(given: string, name: string, least: number, most: number): number {
  const value = number(given, name, least, most);
  if (!Number.isInteger(value)) throw new UsageError(`--${name} must be a whole number`);
  return value;
}

export function percent(given: string, name: string): number {
  return number(given, name, 0, 100);
}
