import { BOREALIS, CALLS } from '../cast';
import { recorded } from '../deliveries';
import { pounds } from '../money';
import type { Scene } from '../stage';

/** The recorded web call. */
export const aCallWithoutAHold: Scene = async ({ engine, clock, tell }) => {
  tell.scene('Call C is a web call of which only the report arrives');
  await engine.deliver(recorded('06'), clock.now());
  const charged = await engine.reservation(CALLS['call C'], BOREALIS);
  tell.says(
    `Nothing was held. Its assistant is Borealis Shop’s: 42.007 s are billed directly, ${pounds(charged.committedPence)}.`,
  );
  tell.expects('charge of call C', charged.committedPence, 56);
  tell.expects('balance of Borealis', (await engine.wallet(BOREALIS)).balancePence, 944);
};
