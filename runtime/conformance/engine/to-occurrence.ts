/** A sent message as an occurrence of a case. */
import type { OutgoingMessage } from '../../ports/types.ts'
import type { CaseOccurrence } from '../types.ts'

/** `metric`: without the prefix of the destination. */
export function toOccurrence(
  message: OutgoingMessage,
  { metric, contact }: { readonly metric: string; readonly contact?: string | undefined },
): CaseOccurrence {
  if (message.kind === 'profile') return { metric: 'Profile', profile: message.profile }
  const { key, time, profile, properties, value, currency } = message
  return {
    metric,
    key,
    time,
    ...(contact !== undefined && { contact }),
    profile,
    properties,
    ...(value !== undefined && { value }),
    ...(currency !== undefined && { currency }),
  }
}
