export const USAGE = `Plays Vapi against the billing engine and judges every penny as an outsider.

  node dist/apps/vapi-simulator/src/main.js [options]

The plan
  --calls 200  --concurrency 20  --wallets 10
  --poor 30                 percentage of wallets that cannot pay for all their calls
  --duration lognormal:120  or fixed:180, uniform:30-600 (seconds); --longest 1800
  --kinds inbound=70,outbound=20,web=10    --unanswered 5 (percent)
  --policy protect|strict   --seed 1       --plan-only (print the plan and stop)
  --reserve-first           outbound and web calls as a prepaid reseller starts them: POST reserve-credits, then the call
                            with maxDurationSeconds = what that pays. Default under strict; --no-reserve-first starts
                            them without asking, and then they may talk one control round trip unpaid
The engine
  --engine spawn            starts its own, with its own data folder (--keep-data keeps it)
  --engine http://…         a running one; needs --admin-key, --webhook-secret (or ADMIN_API_KEY, VAPI_WEBHOOK_SECRET)
                            and, at its side, VAPI_BASE_URL, VAPI_CONTROL_HOSTS and TIME_SCALE of this simulator
  --engine-env NAME=VALUE   more settings for a spawned engine (repeatable)
  --public-url              tells a spawned engine its own address, so that it asks Vapi for retries
  --kill-engine-at 0.3,0.6  kill -9 when these fractions of the calls are over, and start it again
  --speed 60                simulated seconds per real second (default 60 spawned, 1 otherwise)
  --port 0                  of the simulator
Faults, in percent of messages
  --lost --late (--late-seconds 300) --duplicated --reordered --slow (--slow-ms 500) --wrong-secret --inflated
  --control-failing         percentage of control requests that fail
The verdict
  --compare-faults          plays the plan three times: without faults, with them (default: 20 % lost, duplicated,
                            reordered), and with kill -9 as well (default: at 0.5); shows the difference in pence.
                            With --poor 0 nobody is refused or cut, so that every call can be compared
  --round-trip-seconds      talk that a control round trip may cost. Default: 2 s and, × speed, the quarter of a second
                            between two looks of the engine's timer and twice the slowest answer to a webhook of
                            the run, of which a quarter of a second at most
  --settle-seconds          how long to wait, in real seconds, until all holds are gone. A call that nobody told the
                            engine of has at least its report grace and three polls of Vapi's list to be charged
  --json                    one JSON document on stdout

Exit code 0: every call charged exactly once, no hold left, reconciliation ok, leak within the bound.
1: not so. 2: could not run.
`;
