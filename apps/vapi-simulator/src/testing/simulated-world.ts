import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator';
import { SimulatedClock } from '../time/simulated-clock';
import { StandInEngine } from './stand-in-engine';

export interface SimulatedWorld {
  engine: StandInEngine;
  vapi: Simulator;
  phoneNumberId: string;
  close(): Promise<void>;
}

/** A simulator and a stand-in engine that know each other, in a world 100 times faster than life. */
export async function simulatedWorld(options: SimulatorOptions & { speed?: number } = {}): Promise<SimulatedWorld> {
  const engine = await new StandInEngine().start();
  const clock = new SimulatedClock(options.speed ?? 100);
  const vapi = await startSimulator({ clock, engineUrl: engine.url, secret: 'the-secret', ...options });
  const number = vapi.phoneNumbers.create({ provider: 'twilio', number: '+14155550142', twilioAccountSid: 'AC1' });
  return {
    engine,
    vapi,
    phoneNumberId: number.id,
    close: async () => {
      await vapi.close();
      await engine.close();
    },
  };
}
