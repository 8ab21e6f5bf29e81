import { CallOnVapi } from '../call-on-vapi';
import { ACME, CALLS } from '../cast';
import { pounds } from '../money';
import type { Scene } from '../stage';

const HOLD_PENCE = 280;
/** Longer than the hold pays for. */
const TALKED_SECONDS = 412.3;

export const aLongCall: Scene = async (stage) => {
  const { engine, clock, tell } = stage;
  const call = new CallOnVapi(stage, ACME, CALLS['call B']);
  tell.scene('Call B is longer than its hold: the engine extends it by itself');
  await call.asks();
  await call.isAnswered();
  tell.says(`Answered. ${pounds(HOLD_PENCE)} is held: 300 s.`);

  const extended = await clock.until('the extension of call B', async () => {
    const now = await engine.reservation(call.callId, ACME);
    return now.reservedPence > HOLD_PENCE ? now : null;
  });
  tell.says(`About a minute before its end the hold grows to ${pounds(extended.reservedPence)}: 600 s.`);
  tell.expects('hold of call B', extended.reservedPence, 560);

  const report = call.report(TALKED_SECONDS);
  await call.ends();
  await call.deliver(report);
  const charged = await engine.reservation(call.callId, ACME);
  tell.says(
    `Reported: ${TALKED_SECONDS} s are 7 minutes. ${pounds(charged.committedPence)} charged, ${pounds(charged.releasedPence)} returned.`,
  );
  tell.expects('charge of call B', charged.committedPence, 392);
  tell.expects('return of call B', charged.releasedPence, 168);
  tell.expects('balance of Acme', (await engine.wallet(ACME)).balancePence, 384);
};
