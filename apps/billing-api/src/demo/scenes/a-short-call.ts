import { ACME, CALLS } from '../cast';
import { recorded, type Delivery } from '../deliveries';
import type { GateAnswer } from '../engine-answers';
import { pounds } from '../money';
import type { Scene } from '../stage';

/** The recorded call 1, delivered as it was recorded. */
export const aShortCall: Scene = async ({ engine, clock, tell }) => {
  const callId = CALLS['call A'];
  const deliver = <Body>(delivery: Delivery) => engine.deliver<Body>(delivery, clock.now());
  tell.scene('Call A is shorter than its hold, and reported twice');

  const gate = await deliver<GateAnswer>(recorded('01'));
  const held = await engine.reservation(callId, ACME);
  const cap = gate.assistantOverrides?.maxDurationSeconds;
  tell.says(
    `Vapi asks: may it come in? Yes. ${pounds(held.reservedPence)} is held for 5 minutes; the wallet could pay ${cap} s.`,
  );
  tell.expects('hold of call A', held.reservedPence, 280);
  tell.expects('limit of call A', cap, 1_020);

  await deliver(recorded('03'));
  await deliver(recorded('04'));
  await deliver(recorded('05'));
  const charged = await engine.reservation(callId, ACME);
  tell.says(
    `Answered, ended, reported: 187.412 s are 4 minutes. ${pounds(charged.committedPence)} charged, ${pounds(charged.releasedPence)} of the hold returned.`,
  );
  tell.expects('charge of call A', charged.committedPence, 224);
  tell.expects('return of call A', charged.releasedPence, 56);

  const before = await engine.history(ACME);
  await deliver(recorded('07'));
  tell.says('The report comes a second time: accepted, and nothing moves.');
  tell.expects('history after the duplicate', await engine.history(ACME), before);
  tell.expects('balance of Acme', (await engine.wallet(ACME)).balancePence, 776);
};
