import type { Player } from './cast';
import { about, lasting, recorded, recordOf, type Delivery } from './deliveries';
import type { GateAnswer } from './engine-answers';
import type { Stage } from './stage';

/** The deliveries of one call, made from the recorded ones, in the order in which Vapi sends them. */
export class CallOnVapi {
  constructor(
    private readonly stage: Stage,
    private readonly player: Player,
    readonly callId: string,
  ) {}

  asks(): Promise<GateAnswer> {
    return this.deliver<GateAnswer>(this.made('01'));
  }

  isAnswered(): Promise<unknown> {
    return this.deliver(this.made('03'));
  }

  ends(): Promise<unknown> {
    return this.deliver(this.made('04'));
  }

  /** The report, not yet sent. Vapi knows from now on how long the call was. */
  report(seconds: number): Delivery {
    const report = lasting(this.made('05'), seconds, this.stage.clock.now());
    this.stage.vapi.knows(recordOf(report));
    return report;
  }

  deliver<Body = unknown>(delivery: Delivery): Promise<Body> {
    return this.stage.engine.deliver<Body>(delivery, this.stage.clock.now());
  }

  private made(number: string): Delivery {
    return about(recorded(number), this.callId, this.player, this.stage.vapi.controlUrl(this.callId));
  }
}
