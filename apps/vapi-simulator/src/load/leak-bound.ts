import type { SharingPolicy } from './call-plan';
import type { PlacedCall } from './caller-pool';
import type { AuditedCall } from './call-audit';
import type { CarriedOutCommand } from '../calls/call-control';
import type { DeliveryLog } from '../delivery/delivery-log';
import type { Downtime } from './downtime';
import { priceOfMs } from './price-oracle';
import type { RoundTripAllowance } from './round-trip-allowance';

export interface BoundTerms {
  policy: SharingPolicy;
  roundTrip: RoundTripAllowance;
  deliveries: DeliveryLog;
  commands: readonly CarriedOutCommand[];
  downtime: Downtime;
}

/**
 * The most pence this call may have leaked.
 *
 * `strict` with a pushed cap (by the gate, or by a reseller that reserved first): nothing, whatever fails, because the cap
 * is what the hold pays. Otherwise the engine ends a call by command, so the talk of one control round trip may be unpaid,
 * plus what *we* kept from the engine: the time until we first told it of the call, the time it was killed, one more round
 * trip per control request we made fail. A started increment is charged whole, so pence are many times the seconds.
 */
export function leakBoundPence(audited: AuditedCall, placed: PlacedCall, terms: BoundTerms): number {
  const { call, tenant } = placed;
  if (call.startedAtMs === undefined || (!audited.cut && audited.leakPence === 0)) return 0;
  if (terms.policy === 'strict' && (call.gate === 'accepted' || placed.reservedFirst)) return 0;
  const overrunMs =
    terms.roundTrip.talkMs * (1 + failedCommands(call.id, terms.commands)) + withheldMs(audited.talkedMs, call, terms);
  const { card } = tenant.wallet;
  return audited.pricePence - priceOfMs(card, Math.max(0, call.talkedMs - overrunMs));
}

/** Talk of this call during which the simulator itself kept the engine from knowing or acting. */
export function withheldMs(talkedMs: number, call: PlacedCall['call'], terms: BoundTerms): number {
  const startedAtMs = call.startedAtMs ?? 0;
  const endedAtMs = startedAtMs + talkedMs;
  const toldAtMs = Math.min(terms.deliveries.firstToldAtMs(call.id) ?? endedAtMs, endedAtMs);
  // Killed before it was told, it could not have known either: the same talk must not count twice.
  return Math.max(0, toldAtMs - startedAtMs) + terms.downtime.overlapMs(toldAtMs, endedAtMs);
}

function failedCommands(callId: string, commands: readonly CarriedOutCommand[]): number {
  return commands.filter((command) => command.failed && command.callId === callId).length;
}
