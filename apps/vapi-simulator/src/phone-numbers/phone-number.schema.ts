import { z } from 'zod';
import { webhookServerSchema } from '../calls/webhook-server.schema';

const common = {
  name: z.string().max(40).optional(),
  assistantId: z.string().nullish(),
  squadId: z.string().nullish(),
  workflowId: z.string().nullish(),
  server: webhookServerSchema.optional(),
};

/** POST /phone-number takes one of these; the rules are those of Vapi's own reference. */
export const newPhoneNumberSchema = z.discriminatedUnion('provider', [
  z.looseObject({
    ...common,
    provider: z.literal('vapi'),
    numberDesiredAreaCode: z.string().length(3).optional(),
    sipUri: z.string().optional(),
  }),
  z.looseObject({
    ...common,
    provider: z.literal('twilio'),
    number: z.string().min(3).max(40),
    twilioAccountSid: z.string().min(1),
    twilioAuthToken: z.string().optional(),
  }),
  z.looseObject({
    ...common,
    provider: z.literal('byo-phone-number'),
    credentialId: z.string().min(1),
    number: z.string().min(3).max(40).optional(),
  }),
]);

export const changedPhoneNumberSchema = z.looseObject(common);

export type NewPhoneNumber = z.infer<typeof newPhoneNumberSchema>;
export type ChangedPhoneNumber = z.infer<typeof changedPhoneNumberSchema>;
