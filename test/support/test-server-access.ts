import { Client } from 'pg';

/** How global-setup tells the workers which server and which template to use. */
export const TEST_SERVER = 'HOLDFAST_TEST_SERVER';
export const TEST_TEMPLATE = 'HOLDFAST_TEST_TEMPLATE';

export function fromGlobalSetup(variable: typeof TEST_SERVER | typeof TEST_TEMPLATE): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: run this through jest, whose global-setup starts the server.`);
  return value;
}

export function onDatabase(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Databases cannot be made or dropped from inside themselves: does the work on the server's own database. */
export async function asAdministrator<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: fromGlobalSetup(TEST_SERVER) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
