/** The id by which the other side's support can find a request. */

/** The first candidate that is one. Nobody promises that a header or an error's id is no address, and it is shown. */
export function requestId(...candidates: readonly unknown[]): string | undefined {
  return candidates.find((id): id is string => typeof id === 'string' && /^[\w.:-]{1,128}$/.test(id))
}
