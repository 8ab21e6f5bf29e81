/**
 * Messages that Vapi sends only while a call runs (@vapi-ai/server-sdk 2.0.1, ServerMessageMessage, and the subscribable types
 * without a schema). Left out on purpose: `campaign.predial` comes before there is a call; `call.artifact.upload`,
 * `call.deleted` and `call.delete.failed` after it; chats and sessions are no calls.
 */
const SIGNS_OF_LIFE: ReadonlySet<string> = new Set([
  'assistant.speechStarted',
  'assistant.started',
  'call.endpointing.request',
  'conversation-update',
  'function-call',
  'handoff-destination-request',
  'hang',
  'knowledge-base-request',
  'language-change-detected',
  'language-changed',
  'model-output',
  'phone-call-control',
  'speech-update',
  'tool-calls',
  'transcript',
  'transcript[transcriptType="final"]',
  'transfer-destination-request',
  'transfer-update',
  'user-interrupted',
  'voice-input',
  'voice-request',
]);

export function isSignOfLife(messageType: string): boolean {
  return SIGNS_OF_LIFE.has(messageType);
}
