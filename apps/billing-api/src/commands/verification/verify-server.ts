import { OLDEST_POSTGRES } from '@holdfast/platform';
import type { Client } from 'pg';
import { expectThat, type Finding } from './finding';

/** One replica: eight for reading, two that move money, and a few that schedules and commands take for a moment. */
const CONNECTIONS_PER_REPLICA = 16;

interface ServerRow {
  version: string;
  major: number;
  encoding: string;
  fsync: string;
  full_page_writes: string;
  synchronous_commit: string;
  in_recovery: boolean;
  read_only: string;
  connections: number;
}

const LOOK_AT_SERVER = `select current_setting('server_version') as version,
  current_setting('server_version_num')::integer / 10000 as major,
  current_setting('server_encoding') as encoding,
  current_setting('fsync') as fsync,
  current_setting('full_page_writes') as full_page_writes,
  current_setting('synchronous_commit') as synchronous_commit,
  pg_is_in_recovery() as in_recovery,
  current_setting('default_transaction_read_only') as read_only,
  current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer as connections`;

/** An acknowledged charge must survive a power cut: durability is the server's part of the promise. */
export async function verifyServer(client: Client): Promise<Finding[]> {
  const { rows } = await client.query<ServerRow>(LOOK_AT_SERVER);
  const server = rows[0] as ServerRow;
  return [
    expectThat(
      `PostgreSQL ${server.version}`,
      server.major >= OLDEST_POSTGRES,
      `version ${OLDEST_POSTGRES} is the oldest supported`,
    ),
    expectThat('fsync is on', server.fsync === 'on', 'a power cut loses acknowledged charges'),
    expectThat('full_page_writes is on', server.full_page_writes === 'on', 'a power cut may tear pages of the journal'),
    expectThat(
      `synchronous_commit is ${server.synchronous_commit}`,
      server.synchronous_commit !== 'off',
      'acknowledged charges are lost when the server dies',
    ),
    expectThat(
      'it is the primary, and takes writes',
      !server.in_recovery && server.read_only === 'off',
      'it is read-only',
    ),
    expectThat('text is UTF-8', server.encoding === 'UTF8', `it is ${server.encoding}`),
    expectThat(
      `${server.connections} connections`,
      server.connections >= CONNECTIONS_PER_REPLICA,
      `one replica needs up to ${CONNECTIONS_PER_REPLICA}`,
    ),
  ];
}
