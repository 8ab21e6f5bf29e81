import type { Pool } from 'pg';
import { BASELINE_TABLES, COPY_WALLETS } from './baseline-tables.sql';
import { STORED_FUNCTIONS } from './stored-functions.sql';

/** Beside Holdfast's own tables, in the same database, with the same wallets. */
export async function setUpBaselines(admin: Pool): Promise<void> {
  await admin.query(BASELINE_TABLES);
  await admin.query(STORED_FUNCTIONS);
  for (const statement of COPY_WALLETS.split(';').filter((text) => text.trim() !== '')) await admin.query(statement);
}
