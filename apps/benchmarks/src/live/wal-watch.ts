import type { Pool } from 'pg';

const BYTES_PER_MB = 1_048_576;
const MS = 1_000;

interface Row {
  lsn: string;
  timed: string;
  requested: string;
  write_ms: string;
  sync_ms: string;
}

/** What PostgreSQL writes ahead, and its checkpoints: on a machine with one disk they are what everybody else waits for. */
export async function walSince(admin: Pool): Promise<() => Promise<string>> {
  const began = performance.now();
  const before = await read(admin);
  return async () => {
    const now = await read(admin);
    const grown = (name: keyof Row): number => Number(now[name]) - Number(before[name]);
    const seconds = (performance.now() - began) / MS;
    return (
      `PostgreSQL wrote ${(grown('lsn') / BYTES_PER_MB / seconds).toFixed(1)} MB/s of WAL; checkpoints: ${grown('timed')} timed, ` +
      `${grown('requested')} because of the WAL, ${(grown('write_ms') / MS).toFixed(0)} s writing, ${(grown('sync_ms') / MS).toFixed(1)} s syncing.`
    );
  };
}

async function read(admin: Pool): Promise<Row> {
  const { rows } = await admin.query<Row>(
    `select pg_current_wal_lsn() - '0/0' as lsn, num_timed as timed, num_requested as requested,
       write_time as write_ms, sync_time as sync_ms from pg_stat_checkpointer`,
  );
  return rows[0] as Row;
}
