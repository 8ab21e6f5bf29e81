import { randomUUID } from 'node:crypto';
import { startTestEngine } from '../../support/engine';
import { makeTenant } from '../../support/tenant';
it('x', async () => {
  const e = await startTestEngine({ logLevel: 'fatal' });
  const { key } = await makeTenant(e, { balancePence: 1000 });
  const h = { authorization: `Bearer ${key}`, 'content-type': 'application/json' , 'idempotency-key': randomUUID()};
  const out: string[] = [];
  for (const [m, p, b] of [['POST', 'api/billing/reserve-credits', { callId: 'c' }], ['GET', 'api/billing/wallet/transactions'], ['GET', 'api/billing/quote?minutes=5'],['GET', 'api/billing/reservations'], ['POST', 'api/vapi/webhook/status-check', { call: { id: 'c' }, message: {} }],['POST', 'api/billing/deduct-asset', {assetType:'did', costPence: 5}],['GET', 'api/managed-telephony/numbers']] as const) {
    const r = await fetch(`${e.url}/${p}`, { method: m, headers: h, body: b && JSON.stringify(b) });
    out.push(`${m} ${p} ${r.status} ${(await r.text()).slice(0, 80)}`);
  }
  for (const p of ['api/admin/calls', 'api/admin/webhook-deliveries', 'api/admin/organizations']) {
    const r = await fetch(`${e.url}/${p}`, { headers: { authorization: `Bearer ${e.adminKey}` } });
    out.push(`${p} ${r.status} ${(await r.text()).slice(0, 80)}`);
  }
  console.log(out.join('\n'));
  await e.stop();
});
