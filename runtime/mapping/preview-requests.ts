/** The requests of previewed messages, as far as the destination shows them. */
import type { Destination, RequestPreview, SendMode } from '../ports/destination.ts'
import { toFault } from '../ports/fault.ts'
import type { Json, Lane, OutgoingMessage } from '../ports/types.ts'

/** The events whose requests are shown, and how they were sent. */
export interface RequestsToPreview extends SendMode {
  readonly only: (metric: string, key: string) => boolean
}

export interface PreviewDestination {
  readonly destination: Pick<Destination, 'fit' | 'previewBodies' | 'previewRequests'>
}

interface PreviewedMessage {
  readonly metric: string
  readonly message?: OutgoingMessage
}

/** None if the destination would reject them. */
export async function requestsOf(
  previewed: readonly PreviewedMessage[],
  { requests }: { readonly requests?: RequestsToPreview },
  { destination }: PreviewDestination,
): Promise<{ readonly requests?: readonly RequestPreview[] }> {
  if (requests === undefined || destination.previewRequests === undefined) return {}
  const { only, ...mode } = requests
  const messages = previewed.flatMap(({ metric, message }) =>
    message !== undefined && only(metric, message.kind === 'event' ? message.key : '') ? [message] : [],
  )
  try {
    return { requests: messages.length === 0 ? [] : await destination.previewRequests(messages, mode) }
  } catch {
    return { requests: [] }
  }
}

/** Empty if the destination would reject them, e.g. for a missing identifier. */
export async function bodiesOf(
  messages: readonly OutgoingMessage[],
  lane: Lane,
  { destination }: PreviewDestination,
  notes: Set<string>,
): Promise<readonly Json[]> {
  try {
    return await destination.previewBodies(messages, lane)
  } catch (error) {
    notes.add(`no request: ${toFault(error).message}`)
    return []
  }
}
