import { Inject, Injectable } from '@nestjs/common';
import type { NumberProvider, ProviderHealth } from './number-provider.port';
import { NUMBER_PROVIDER } from './number-provider.token';

/** Tenants may ask as often as they like; the provider is asked once in this time. */
const GOOD_FOR_MS = 10_000;

/** Whether the provider answers. */
@Injectable()
export class NumberProviderHealth {
  private asked: Promise<ProviderHealth> | null = null;
  private askedAt = 0;

  constructor(@Inject(NUMBER_PROVIDER) private readonly provider: NumberProvider) {}

  check(): Promise<ProviderHealth> {
    if (this.asked === null || Date.now() - this.askedAt > GOOD_FOR_MS) {
      this.askedAt = Date.now();
      this.asked = this.provider.health().catch((fault) => ({
        provider: this.provider.kind,
        ok: false,
        detail: String(fault),
        latencyMs: 0,
      }));
    }
    return this.asked;
  }
}
