import { Global, Module } from '@nestjs/common';
import { CallLiveness, type CallToAskAbout, type LivenessVerdict } from '@holdfast/reservation';

class Nobody extends CallLiveness {
  async ask(calls: readonly CallToAskAbout[]): Promise<LivenessVerdict[]> {
    return calls.map(() => ({ kind: 'abandoned' }));
  }
}

@Global()
@Module({ providers: [{ provide: CallLiveness, useClass: Nobody }], exports: [CallLiveness] })
export class TelephonyModule {}
