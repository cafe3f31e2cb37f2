/** Notes in the timeline what a visitor did: what the action says of it, or the next page. */

import { toFault } from '../../ports/fault.ts'
import { addToTimeline, type TimelineKind } from '../../timeline.ts'
import type { PageContext } from '../types.ts'

/** By the beginning of the action's path. */
const KINDS: readonly (readonly [path: string, kind: TimelineKind])[] = [
  ['/import', 'import'],
  ['/failed-events', 'retry'],
  ['/set-up/people', 'people'],
  ['/set-up', 'setup'],
  ['/mappings', 'spec'],
]

/** The text holds no payload and no address, as that of every redirect. Its further sentences are advice. */
export function noteAction(context: PageContext, path: string, text: string): Promise<void> {
  const [, kind = 'settings'] = KINDS.find(([start]) => path.startsWith(start)) ?? []
  return note(context, kind, text.replace(/\.( .*)?$/s, ''))
}

/** The record's number in the ledger names it, never a person. */
export const noteReveal = (context: PageContext, seq: number): Promise<void> =>
  note(context, 'reveal', `Personal data of record ${seq} was shown`)

/** What was done is done: a timeline that cannot be written is only logged. */
export async function note(
  { options, person }: Pick<PageContext, 'options'> & { readonly person?: string | undefined },
  kind: TimelineKind,
  text: string,
): Promise<void> {
  const { connector, clock, logger } = options
  await addToTimeline(connector.store, {
    at: clock.now(),
    kind,
    text,
    ...(person !== undefined && { by: person }),
  }).catch((error: unknown) => logger.warn(`timeline: ${toFault(error).message}`, { code: toFault(error).code }))
}
