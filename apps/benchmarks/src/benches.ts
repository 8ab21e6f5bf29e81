import type { Bench } from './bench';
import { CALLS_BENCH } from './calls/calls.bench';
import { LATENCY_BENCH } from './latency/latency.bench';
import { LEDGER_BENCH } from './ledger/ledger.bench';

/** In the order in which `npm run bench` runs them. */
export const BENCHES: readonly Bench[] = [LEDGER_BENCH, CALLS_BENCH, LATENCY_BENCH];
