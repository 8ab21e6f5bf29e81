/** Which call, and who asks. */
export interface CallRef {
  /** 1 … 255 characters, unique over all tenants. */
  readonly callId: string;
  readonly createdBy: string;
}
