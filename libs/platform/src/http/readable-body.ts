/** A request whose body the parser could not read: it leaves word, for who asks is judged before what is wrong with a body. */
export interface PerhapsUnreadable {
  bodyFault?: Error;
}

/** Called once the caller is known. @throws why the body cannot be read (`invalid_request`, `unsupported_media_type`) */
export function mustBeReadable({ bodyFault }: PerhapsUnreadable): void {
  if (bodyFault) throw bodyFault;
}
