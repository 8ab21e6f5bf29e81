import { callName, type Player } from './cast';
import type { Transaction, Wallet } from './engine-answers';
import { change, pounds } from './money';
import type { StoryClock } from './story-clock';

const WHAT_WIDTH = 36;
const FIGURE_WIDTH = 9;
const HEADER = ['in or out', 'hold', 'balance', 'held', 'free'] as const;

/** One wallet's history with running balance, oldest first. Free = balance − held. */
export function statement(
  { name }: Player,
  wallet: Wallet,
  history: readonly Transaction[],
  clock: StoryClock,
): string {
  const lines = history.map((t) =>
    line(clock.at(new Date(t.createdAt)), labelOf(t), [
      change(t.balanceAfterPence - t.balanceBeforePence),
      change(t.heldAfterPence - t.heldBeforePence),
      pounds(t.balanceAfterPence),
      pounds(t.heldAfterPence),
      pounds(t.balanceAfterPence - t.heldAfterPence),
    ]),
  );
  const sums = line('', 'sums, and the wallet now', [
    change(sumOf(history, (t) => t.balanceAfterPence - t.balanceBeforePence)),
    change(sumOf(history, (t) => t.heldAfterPence - t.heldBeforePence)),
    pounds(wallet.balancePence),
    pounds(wallet.heldPence),
    pounds(wallet.effectiveBalancePence),
  ]);
  const rule = '  ' + '─'.repeat(sums.length - 2);
  return [line('', name, HEADER), rule, ...lines, rule, sums].join('\n');
}

export function sumOf<T>(items: readonly T[], pence: (item: T) => number): number {
  return items.reduce((sum, item) => sum + pence(item), 0);
}

function line(time: string, what: string, figures: readonly string[]): string {
  const cells = figures.map((figure) => figure.padStart(FIGURE_WIDTH)).join('  ');
  return `  ${time.padEnd(5)}  ${what.slice(0, WHAT_WIDTH).padEnd(WHAT_WIDTH)}  ${cells}`;
}

function labelOf({ type, callId, description }: Transaction): string {
  const call = callId === null ? '' : callName(callId);
  switch (type) {
    case 'topup':
      return `paid in: ${description}`;
    case 'phone_number':
      return `phone number ${description}`;
    case 'reservation':
      return description?.startsWith('extension') ? `${call}: hold extended` : `${call}: hold`;
    case 'reservation_release':
      return `${call}: hold returned`;
    case 'call_deduction':
      return description?.startsWith('arrears')
        ? `${call}: arrears`
        : `${call}: ${description?.split(' on ')[0]} charged`;
    default:
      return type;
  }
}
