import type { EngineClient } from './engine.client';
import type { Narrator } from './narrator';
import type { StoryClock } from './story-clock';
import type { VapiStandIn } from './vapi-stand-in';

/** What every scene plays on. */
export interface Stage {
  readonly engine: EngineClient;
  readonly vapi: VapiStandIn;
  readonly clock: StoryClock;
  readonly tell: Narrator;
}

export type Scene = (stage: Stage) => Promise<void>;
