import { ApiProperty } from '@nestjs/swagger';
import { SHARING_POLICIES, type SharingPolicy } from '../domain/call-terms';

class RateCardAnswer {
  @ApiProperty({ example: 1 }) version: number;
  @ApiProperty({ example: 56 }) pencePerMinute: number;
  @ApiProperty({ example: 60 }) incrementSeconds: number;
  @ApiProperty({ example: 0 }) minimumSeconds: number;
  @ApiProperty({ example: 0 }) connectionFeePence: number;
}

export class OrganizationAnswer {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ example: 'Acme Dental' }) name: string;
  @ApiProperty({ example: 'GBP' }) currency: string;
  @ApiProperty({ example: 0 }) debtLimitPence: number;
  @ApiProperty({ example: 1_000 }) lowBalancePence: number;
  @ApiProperty({ example: true }) prepaidBilling: boolean;
  @ApiProperty({ example: 5 }) estimatedMinutes: number;
  @ApiProperty({ enum: SHARING_POLICIES }) sharing: SharingPolicy;
  @ApiProperty({ type: RateCardAnswer }) rateCard: RateCardAnswer;
  @ApiProperty({ format: 'date-time', type: String }) createdAt: Date;
}

export class OrganizationPage {
  @ApiProperty({ type: [OrganizationAnswer] }) data: OrganizationAnswer[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}
