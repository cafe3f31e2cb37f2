/** Picks the id that identifies a request to a vendor's support. */

/** The first candidate in the format of an id. Operators see it, and a header could contain anything. */
export function requestId(...candidates: readonly unknown[]): string | undefined {
  return candidates.find((id): id is string => typeof id === 'string' && /^[\w.:-]{1,128}$/.test(id))
}
