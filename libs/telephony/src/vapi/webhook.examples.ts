/** What an operator can try at /docs; ids as in the README. */
const call = {
  id: '01a0a070-a204-764f-b795-cf1cb35e5f49',
  type: 'inboundPhoneCall',
  phoneNumberId: 'c1d7e0a2-3f64-4a8b-9b52-0e6f1d2c3b4a',
};

export const WEBHOOK_EXAMPLES = {
  'a call asks to come in': { value: { message: { type: 'assistant-request', call } } },
  'it was answered': { value: { message: { type: 'status-update', status: 'in-progress', call } } },
  'it is over': {
    value: {
      message: { type: 'end-of-call-report', endedReason: 'customer-ended-call', durationSeconds: 187.412, call },
    },
  },
};
