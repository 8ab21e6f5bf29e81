import type { ReservationState, ReservationStatus } from '../domain/credit-reservation';
import type { HoldStanding } from './check-call';
import type { CallToAskAbout } from './call-liveness.port';

export interface ReservationFilter {
  readonly status?: ReservationStatus;
  /** 1 … 200 */
  readonly limit: number;
  /** Where the page before ended. */
  readonly after?: { readonly createdAt: Date; readonly id: string };
}

/** Looking without touching. Reads what is committed; decides nothing about money. */
export abstract class ReservationReader {
  /** By our call id, else by Vapi's. `orgId` null: of any organisation. */
  abstract find(callId: string, orgId: string | null): Promise<ReservationState | null>;
  /** As {@link find}, with the wallet behind it. */
  abstract standing(callId: string, orgId: string | null): Promise<HoldStanding | null>;
  /** Newest first. */
  abstract list(orgId: string, filter: ReservationFilter): Promise<ReservationState[]>;
  /** Active holds past their expiry, oldest first. */
  abstract findExpired(now: Date, limit: number): Promise<CallToAskAbout[]>;
}
