import { CallOnVapi } from '../call-on-vapi';
import { CALLS, COPPER } from '../cast';
import { about, recorded } from '../deliveries';
import { pounds } from '../money';
import type { Scene, Stage } from '../stage';

export const aBrokeTenant: Scene = async (stage) => {
  const { engine, clock, tell } = stage;
  tell.scene('Copper Kettle is broke, is cut, owes, and pays');
  const refused = new CallOnVapi(stage, COPPER, CALLS['call G']);
  const { error } = await refused.asks();
  tell.says(`Call G, with ${pounds(30)} in the wallet: refused. The caller hears: “${error}”`);
  tell.expects('call G was refused', typeof error, 'string');
  await engine.deliver(about(recorded('13'), refused.callId, COPPER), clock.now());
  tell.expects('history of Copper Kettle', (await engine.history(COPPER)).length, 1);

  await engine.topUp(COPPER, 30, 'second payment');
  await isCutAtThePaidSecond(stage);
  await owesAndPays(stage);
};

async function isCutAtThePaidSecond(stage: Stage): Promise<void> {
  const { engine, vapi, clock, tell } = stage;
  const call = new CallOnVapi(stage, COPPER, CALLS['call H']);
  const gate = await call.asks();
  const hold = await engine.reservation(call.callId, COPPER);
  const cap = gate.assistantOverrides?.maxDurationSeconds;
  tell.says(
    `${pounds(30)} more: call H comes in with a partial hold of ${pounds(hold.reservedPence)} and a limit of ${cap} s.`,
  );
  tell.expects('hold and limit of call H', [hold.reservedPence, cap], [56, 60]);
  const answeredAt = clock.now();
  await call.isAnswered();

  const wait = (what: string, type: string, nth: number) => {
    const asked = () => vapi.commands.filter((command) => command.callId === call.callId && command.type === type);
    return clock.until(what, () => Promise.resolve(asked()[nth] ?? null));
  };
  const warning = await wait('the first warning', 'say', 0);
  tell.says(`The caller hears: “${warning.content}”`);
  await wait('the second warning', 'say', 1);
  const ended = await wait('the order to hang up', 'end-call', 0);
  const after = (ended.at.getTime() - answeredAt.getTime()) / 1_000;
  tell.says(
    `When the paid minute is over the engine says goodbye and orders Vapi to hang up (after ${after.toFixed(0)} s).`,
  );
  tell.expects('the call was not cut while it had paid seconds', after >= 60, true);

  const report = call.report(64.2);
  await call.ends();
  await call.deliver(report);
}

async function owesAndPays({ engine, tell }: Stage): Promise<void> {
  const charged = await engine.reservation(CALLS['call H'], COPPER);
  tell.says(
    `The line drops 4 s later: 64.2 s are 2 minutes. ${pounds(charged.committedPence)} is all there is, ` +
      `${pounds(charged.uncollectedPence)} becomes arrears.`,
  );
  tell.expects('charge and arrears', [charged.committedPence, charged.uncollectedPence], [60, 52]);

  const paid = await engine.topUp(COPPER, 500, 'third payment');
  tell.says(`${pounds(500)} paid in: ${pounds(paid.arrearsCollectedPence)} of it pays the arrears at once.`);
  tell.expects('arrears collected', paid.arrearsCollectedPence, 52);
  tell.expects('balance of Copper Kettle', paid.balanceAfterPence, 448);
}
