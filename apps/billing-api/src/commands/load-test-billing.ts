import { runCommand } from './command-line/run-command';
import { EngineClient } from './load/engine.client';
import { loadReport } from './load/load-report';
import { readLoadTarget } from './load/load-target';
import { moneyForOne } from './load/money-for-one.scenario';
import { oneCall } from './load/one-call.scenario';
import { purchasesAndCalls } from './load/purchases-and-calls.scenario';
import { isFulfilled, type Scenario, type ScenarioResult } from './load/scenario';

const USAGE = `usage: npm run load-test:billing [url] [operator key]
  Against a running engine (http://127.0.0.1:3000): a hundred purchases with money for one, fifty reservations of one
  call, purchases racing reservations; and how many of them succeeded. Makes organizations of its own and leaves nothing
  held. Without a key: ADMIN_API_KEY, else the key that the development engine keeps in its data folder.
  Exit code 0: exactly as many as there was money for, 1: not, 2: called wrongly.`;

const SCENARIOS: readonly Scenario[] = [moneyForOne, oneCall, purchasesAndCalls];

async function loadTest(args: readonly string[]): Promise<boolean> {
  const target = readLoadTarget(args, process.env);
  const engine = new EngineClient(target);
  console.log(`Load test of ${target.url}`);
  const results: ScenarioResult[] = [];
  for (const [index, scenario] of SCENARIOS.entries()) {
    const result = await scenario(engine);
    results.push(result);
    console.log(`  ${index + 1} of ${SCENARIOS.length}: ${result.name}, ${result.tookMs.toFixed(0)} ms`);
  }
  console.log('  reconciling the book …');
  const failed = await engine.failedInvariants();
  console.log(`\n${loadReport(results)}\n`);
  console.log(
    failed.length === 0 ? 'The book\n  ok    every invariant holds' : `The book\n  FAIL  ${failed.join(', ')}`,
  );

  const ok = failed.length === 0 && results.every(({ expectations }) => expectations.every(isFulfilled));
  console.log(ok ? '\nok: exactly as many succeeded as there was money for' : '\nFAIL: see above');
  return ok;
}

void runCommand(USAGE, loadTest);
