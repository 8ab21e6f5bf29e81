import type { WebhookServer } from '../calls/webhook-server.schema';

export type PhoneNumberStatus = 'active' | 'activating' | 'blocked';

/** A number as Vapi stores it; fields the simulator has no opinion about are kept as they came. */
export interface PhoneNumber {
  id: string;
  orgId: string;
  provider: string;
  number?: string;
  name?: string;
  status: PhoneNumberStatus;
  assistantId?: string | null;
  server?: WebhookServer;
  createdAt: string;
  updatedAt: string;
  [field: string]: unknown;
}
