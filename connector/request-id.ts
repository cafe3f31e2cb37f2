/** Picks the id that identifies a request to a vendor's support. */

/** The first candidate of an id's shape: it is shown, and a header might hold anything. */
export function requestId(...candidates: readonly unknown[]): string | undefined {
  return candidates.find((id): id is string => typeof id === 'string' && /^[\w.:-]{1,128}$/.test(id))
}
