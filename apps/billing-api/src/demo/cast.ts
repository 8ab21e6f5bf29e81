/** A tenant of the story. Ids of the first two are those of the recorded deliveries (test/fixtures/vapi). */
export interface Player {
  readonly orgId: string;
  readonly name: string;
  readonly phoneNumberId: string;
  readonly phoneNumber: string;
  readonly assistantId: string;
}

export const ACME: Player = {
  orgId: '0d9f2a34-6b1c-4e57-8f20-3c4d5e6f7a81',
  name: 'Acme Dental',
  phoneNumberId: 'c1d7e0a2-3f64-4a8b-9b52-0e6f1d2c3b4a',
  phoneNumber: '+14155550142',
  assistantId: '2f4b6d80-1a3c-4e5f-9071-8293a4b5c6d7',
};

export const BOREALIS: Player = {
  orgId: '5e8a7c66-92d3-4b0f-a1e4-77c0b8d9e2f3',
  name: 'Borealis Shop',
  phoneNumberId: 'f2a9b3c4-5d6e-4f70-8a91-b2c3d4e5f607',
  phoneNumber: '+14155550187',
  assistantId: '90817263-5445-4637-a829-1a0b2c3d4e5f',
};

export const COPPER: Player = {
  orgId: '7c1d5b90-2e4f-4a63-8d07-9b3e6f5a1c24',
  name: 'Copper Kettle',
  phoneNumberId: 'a4c6e8f0-1b3d-4f57-9c81-e2d4b6a80f19',
  phoneNumber: '+14155550163',
  assistantId: '3d5f7a91-6c8e-4b20-a1f3-5e7092b4d6c8',
};

export const CAST: readonly Player[] = [ACME, BOREALIS, COPPER];

/** What a started minute costs on every rate card of the story. */
export const PENCE_PER_MINUTE = 56;

/** Calls of the story, as statements name them. Those with a number were recorded under it. */
export const CALLS = {
  'call A': '01a0a070-a204-764f-b795-cf1cb35e5f49',
  'call B': '01a0a07b-5c31-7f02-8a4d-2f6b9c0e1d73',
  'call C': '01a0a466-e518-73fe-bc0e-9a9fdac9e709',
  'call D': '01a0a073-d1b1-7138-b1ce-6f1391d74fd7',
  'call E': 'borealis-client-0001',
  'call F': 'borealis-client-0002',
  'call G': '01a0a4e2-9989-76a6-b231-a7bd4b110aba',
  'call H': '01a0a4f0-3b6c-7d95-b1e8-60c2a4f7d913',
} as const;

export function callName(callId: string): string {
  return Object.entries(CALLS).find(([, id]) => id === callId)?.[0] ?? callId;
}
