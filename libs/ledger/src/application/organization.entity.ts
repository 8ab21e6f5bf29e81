import { Column, CreateDateColumn, Entity, JoinColumn, ManyToOne, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { SharingPolicy } from '../domain/call-terms';
import { RateCardRecord } from './rate-card.entity';

@Entity('organizations')
export class Organization {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  @Column('boolean', { name: 'prepaid_billing' })
  prepaidBilling: boolean;

  @Column('integer', { name: 'estimated_minutes' })
  estimatedMinutes: number;

  @Column('text')
  sharing: SharingPolicy;

  @Column('bigint', { name: 'low_balance_pence' })
  lowBalancePence: number;

  @Column('uuid', { name: 'rate_card_id' })
  rateCardId: string;

  @ManyToOne(() => RateCardRecord)
  @JoinColumn({ name: 'rate_card_id' })
  rateCard?: RateCardRecord;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
