import { ApiProperty } from '@nestjs/swagger';
import { TRANSACTION_TYPES, type JournalEntry, type TransactionType } from '../domain/journal-entry';

/** One change of a wallet, as clients see it. */
export class TransactionView {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ enum: TRANSACTION_TYPES }) type: TransactionType;
  @ApiProperty({ enum: ['debit', 'credit'], description: 'Of the effective balance.' }) direction: 'debit' | 'credit';
  @ApiProperty({ example: 280 }) amountPence: number;
  @ApiProperty() balanceBeforePence: number;
  @ApiProperty() balanceAfterPence: number;
  @ApiProperty() heldBeforePence: number;
  @ApiProperty() heldAfterPence: number;
  @ApiProperty({ type: String, nullable: true, example: 'revenue:calls' }) counterAccount: string | null;
  @ApiProperty({ type: String, nullable: true }) callId: string | null;
  @ApiProperty({ type: String, nullable: true }) vapiCallId: string | null;
  @ApiProperty({ type: String, nullable: true }) description: string | null;
  @ApiProperty({ type: String, nullable: true }) idempotencyKey: string | null;
  @ApiProperty({ example: 'operator' }) createdBy: string;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
}

export function toTransactionView(entry: JournalEntry): TransactionView {
  return {
    id: entry.id,
    type: entry.type,
    direction: directionOf(entry),
    amountPence: entry.amountPence,
    balanceBeforePence: entry.balanceBeforePence,
    balanceAfterPence: entry.balanceAfterPence,
    heldBeforePence: entry.heldBeforePence,
    heldAfterPence: entry.heldAfterPence,
    counterAccount: entry.counterAccount,
    callId: entry.callId,
    vapiCallId: entry.vapiCallId,
    description: entry.description,
    idempotencyKey: entry.idempotencyKey,
    createdBy: entry.createdBy,
    createdAt: entry.createdAt.toISOString(),
  };
}

/** A hold takes from the effective balance, its release gives back; all else goes by the balance. */
function directionOf(entry: JournalEntry): 'debit' | 'credit' {
  if (entry.type === 'reservation') return 'debit';
  if (entry.type === 'reservation_release') return 'credit';
  return entry.balanceAfterPence < entry.balanceBeforePence ? 'debit' : 'credit';
}
