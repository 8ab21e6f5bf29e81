/** The tenant behind a number, for webhooks. */
export interface DirectoryEntry {
  readonly orgId: string;
  /** Answers the calls of this number. */
  readonly assistantId: string | null;
  readonly phoneNumber: string | null;
  /** When it came to this tenant. */
  readonly since: Date;
}

export interface AssistantOwner {
  readonly orgId: string;
  /** When the first of its numbers came to this tenant. */
  readonly since: Date;
}

/**
 * Whose number is it? Active numbers only, read afresh each time: the moment a release is asked for, the number has no
 * tenant any more.
 */
export abstract class NumberDirectory {
  abstract findByVapiId(vapiPhoneNumberId: string): Promise<DirectoryEntry | null>;
  /** Only when the active numbers with this assistant belong to exactly one organisation. */
  abstract findOrgByAssistant(assistantId: string): Promise<AssistantOwner | null>;
}
