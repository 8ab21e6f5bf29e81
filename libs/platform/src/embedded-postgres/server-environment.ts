/** What PostgreSQL's programs get to see: English messages, UTC, and nothing of ours (PG* variables, secrets). */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env;
  return { PATH, SystemRoot, LC_ALL: 'C', TZ: 'UTC' };
}
