import type { Bench } from './bench';
import { CALLS_BENCH } from './calls/calls.bench';
import { GROWTH_BENCH } from './growth/growth.bench';
import { HTTP_BENCH } from './http/http.bench';
import { LATENCY_BENCH } from './latency/latency.bench';
import { LEDGER_BENCH } from './ledger/ledger.bench';
import { LIVE_BENCH } from './live/live.bench';
import { OVERLOAD_BENCH } from './overload/overload.bench';
import { START_BENCH } from './start/start.bench';
import { SWEEP_BENCH } from './sweep/sweep.bench';
import { WEBHOOK_BENCH } from './webhook/webhook.bench';

/** In the order in which `npm run bench` runs them. */
export const BENCHES: readonly Bench[] = [
  LEDGER_BENCH,
  CALLS_BENCH,
  LATENCY_BENCH,
  HTTP_BENCH,
  WEBHOOK_BENCH,
  START_BENCH,
  GROWTH_BENCH,
  SWEEP_BENCH,
  OVERLOAD_BENCH,
  LIVE_BENCH,
];
