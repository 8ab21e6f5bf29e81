import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** One immutable version of an organisation's tariff. */
@Entity('rate_cards')
export class RateCardRecord {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'org_id' })
  orgId: string;

  @Column('integer')
  version: number;

  @Column('bigint', { name: 'pence_per_minute_e4' })
  pencePerMinuteE4: number;

  @Column('integer', { name: 'increment_seconds' })
  incrementSeconds: number;

  @Column('integer', { name: 'minimum_seconds' })
  minimumSeconds: number;

  @Column('bigint', { name: 'connection_fee_pence' })
  connectionFeePence: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
