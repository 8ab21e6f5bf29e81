import type { Pool } from 'pg';
import { BASELINE_TABLES, COPY_WALLETS } from './baseline-tables.sql';
import { COPY_BOOKS, ROWS_ALONE, SAME_BOOKS } from './same-books.sql';
import { STORED_FUNCTIONS } from './stored-functions.sql';

/** Beside Holdfast's own tables, in the same database, with the same wallets. */
export async function setUpBaselines(admin: Pool): Promise<void> {
  await admin.query(BASELINE_TABLES);
  await admin.query(STORED_FUNCTIONS);
  await copy(admin, COPY_WALLETS);
}

/** After the organisations are loaded and before anything was charged. */
export async function setUpSameBooks(admin: Pool): Promise<void> {
  await admin.query(SAME_BOOKS);
  await admin.query(ROWS_ALONE);
  await copy(admin, COPY_BOOKS);
}

/** One by one: a vacuum runs in no transaction. */
async function copy(admin: Pool, statements: string): Promise<void> {
  for (const statement of statements.split(';').filter((text) => text.trim() !== '')) await admin.query(statement);
}
