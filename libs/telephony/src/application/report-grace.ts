/** Vapi sends the report some 5 to 15 s after the end; when it has not come after this, the provider is asked. */
export const REPORT_GRACE_SECONDS = 60;
