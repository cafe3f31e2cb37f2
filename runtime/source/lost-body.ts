/** What to do where the host has read a body before: the signature covers its bytes. */
export const BODY_READ = [
  'the host passed a request whose body was read before, and the signature covers its bytes: call receive before',
  'anything parses the body, or pass { method, headers, body } with the raw bytes',
].join(' ')
