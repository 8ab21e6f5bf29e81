import { ACME } from '../cast';
import type { AssetCharged, Refused } from '../engine-answers';
import { pounds } from '../money';
import type { Scene } from '../stage';

const PRICE_PENCE = 1_000;

export const anAssetIsPaidOnce: Scene = async ({ engine, tell }) => {
  tell.scene('Acme buys a phone number, and its request is repeated');
  const purchase = { assetType: 'phone_number', costPence: PRICE_PENCE, description: ACME.phoneNumber };
  const buy = <Body>(body: object, key: string) =>
    engine.post<Body>('/api/billing/deduct-asset', body, { player: ACME, key });

  const first = await buy<AssetCharged>(purchase, 'order-1');
  tell.says(
    `Order 1: ${pounds(PRICE_PENCE)} charged, ${pounds(first.body.balanceAfterPence)} left. The answer gets lost.`,
  );
  tell.expects('status of the purchase', first.status, 201);

  const again = await buy<AssetCharged>(purchase, 'order-1');
  tell.says('Order 1 again, same key: the same transaction, marked as a repeat. Nothing is charged.');
  tell.expects('repeat is marked', again.replayed, true);
  tell.expects('answer of the repeat', again.body, first.body);

  const other = await buy<Refused>({ ...purchase, costPence: 900 }, 'order-1');
  tell.says('The key of order 1 with another price: refused.');
  tell.expects('code of the reused key', other.body.code, 'idempotency_key_reused');

  const dear = await buy<Refused>({ assetType: 'license', costPence: 1_200 }, 'order-2');
  tell.says(`Order 2, a licence for ${pounds(1_200)}: refused, ${pounds(dear.body.shortfallPence ?? 0)} short.`);
  tell.expects('code of the purchase without money', dear.body.code, 'insufficient_balance');
  tell.expects('shortfall', dear.body.shortfallPence, 200);
  tell.expects('balance of Acme', (await engine.wallet(ACME)).balancePence, 1_000);
};
