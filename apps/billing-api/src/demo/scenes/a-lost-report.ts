import { CallOnVapi } from '../call-on-vapi';
import { BOREALIS, CALLS } from '../cast';
import { pounds } from '../money';
import type { Scene } from '../stage';

export const aLostReport: Scene = async (stage) => {
  const { engine, clock, tell } = stage;
  const call = new CallOnVapi(stage, BOREALIS, CALLS['call D']);
  tell.scene('The report of call D is lost, and comes late');
  await call.asks();
  await call.isAnswered();
  const report = call.report(96.5);
  await call.ends();
  tell.says('The call has ended. Its report does not come.');

  const charged = await clock.until('the lookup of call D', async () => {
    const now = await engine.reservation(call.callId, BOREALIS);
    return now.status === 'committed' ? now : null;
  });
  tell.says(`After a minute the engine asks Vapi: 96.5 s. 2 minutes, ${pounds(charged.committedPence)} charged.`);
  tell.expects('charge of call D', charged.committedPence, 112);

  const before = await engine.history(BOREALIS);
  await call.deliver(report);
  tell.says('Now the report arrives: accepted, and nothing moves.');
  tell.expects('history after the late report', await engine.history(BOREALIS), before);
  tell.expects('balance of Borealis', (await engine.wallet(BOREALIS)).balancePence, 832);
};
