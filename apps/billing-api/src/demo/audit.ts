import { CAST } from './cast';
import type { EngineClient } from './engine.client';
import type { Reconciled, Transaction, Wallet } from './engine-answers';
import { change, pounds } from './money';
import type { Narrator } from './narrator';
import { statement, sumOf } from './statement';
import type { StoryClock } from './story-clock';

const ACCOUNT_WIDTH = 43;
const FIGURE_WIDTH = 9;

interface Book {
  readonly wallet: Wallet;
  readonly history: readonly Transaction[];
}

/** Prints every wallet's statement and checks that it all adds up. */
export async function auditTheBook(engine: EngineClient, clock: StoryClock, tell: Narrator): Promise<void> {
  const books: Book[] = [];
  console.log('\nStatements\n');
  for (const player of CAST) {
    const book = { wallet: await engine.wallet(player), history: await engine.history(player) };
    console.log(`${statement(player, book.wallet, book.history, clock)}\n`);
    books.push(book);
  }
  const wallets = sumOf(books, ({ wallet }) => wallet.balancePence);
  const counter = counterAccounts(books.flatMap(({ history }) => history));
  console.log('Double entry\n');
  console.log(row('the three wallets', pounds(wallets)));
  for (const [name, pence] of counter) console.log(row(name, change(pence)));
  const total = wallets + sumOf([...counter.values()], (pence) => pence);
  console.log(row('together', pounds(total)));

  console.log('\nChecks\n');
  CAST.forEach(({ name }, i) =>
    tell.verdict(`${name}: its history adds up to its wallet, row by row`, isSound(books[i]!)),
  );
  tell.verdict('wallets and counter accounts add up to zero', total === 0);
  tell.verdict(
    'nothing is held and nothing is owed',
    books.every(({ wallet }) => wallet.heldPence + wallet.arrearsPence === 0),
  );
  const { ok, checks } = await engine.get<Reconciled>('/api/admin/reconciliation');
  tell.verdict(
    `the engine’s own reconciliation: ${checks.filter((c) => c.ok).length} of ${checks.length} invariants hold`,
    ok,
  );
}

/** Each row begins where the one before ended, and the last one ends at the wallet. */
function isSound({ wallet, history }: Book): boolean {
  const chained = history.every((t, i) => {
    const before = history[i - 1];
    return (
      t.balanceBeforePence === (before?.balanceAfterPence ?? 0) && t.heldBeforePence === (before?.heldAfterPence ?? 0)
    );
  });
  const last = history.at(-1);
  return chained && last?.balanceAfterPence === wallet.balancePence && last.heldAfterPence === wallet.heldPence;
}

/** What went into a wallet came out of its counter account. Holds stay inside the wallet and have none. */
function counterAccounts(history: readonly Transaction[]): Map<string, number> {
  const accounts = new Map<string, number>();
  for (const t of history) {
    if (t.counterAccount === null) continue;
    const moved = t.balanceBeforePence - t.balanceAfterPence;
    accounts.set(t.counterAccount, (accounts.get(t.counterAccount) ?? 0) + moved);
  }
  return accounts;
}

function row(name: string, figure: string): string {
  return `  ${name.padEnd(ACCOUNT_WIDTH)}  ${figure.padStart(FIGURE_WIDTH)}`;
}
