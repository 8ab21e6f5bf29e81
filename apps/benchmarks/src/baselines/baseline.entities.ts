import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

@Entity({ schema: 'baseline', name: 'wallets' })
export class BaselineWallet {
  @PrimaryColumn('uuid', { name: 'org_id' })
  orgId: string;

  /** bigint: the driver gives text. */
  @Column('bigint', { name: 'balance_pence' })
  balancePence: string;

  @Column('bigint', { name: 'held_pence' })
  heldPence: string;
}

@Entity({ schema: 'baseline', name: 'credit_transactions' })
export class BaselineTransaction {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('uuid', { name: 'org_id' })
  orgId: string;

  @Column('text')
  type: string;

  @Column('bigint', { name: 'amount_pence' })
  amountPence: string;

  @Column('bigint', { name: 'balance_before_pence' })
  balanceBeforePence: string;

  @Column('bigint', { name: 'balance_after_pence' })
  balanceAfterPence: string;

  @Column('text', { nullable: true })
  description: string | null;

  @Column('text', { name: 'idempotency_key', nullable: true })
  idempotencyKey: string | null;
}
