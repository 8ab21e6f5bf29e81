import type { TransactionView } from './transaction.view';

const COLUMNS = [
  'id',
  'type',
  'direction',
  'amountPence',
  'balanceBeforePence',
  'balanceAfterPence',
  'heldBeforePence',
  'heldAfterPence',
  'counterAccount',
  'callId',
  'vapiCallId',
  'description',
  'idempotencyKey',
  'createdBy',
  'createdAt',
] as const satisfies readonly (keyof TransactionView)[];

/** RFC 4180, one header line. */
export const CSV_HEADER = `${COLUMNS.join(',')}\r\n`;

export function toCsvLine(transaction: TransactionView): string {
  return `${COLUMNS.map((column) => cell(transaction[column])).join(',')}\r\n`;
}

/** A text that begins like a formula is run by spreadsheets: an apostrophe makes it text again. */
function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
