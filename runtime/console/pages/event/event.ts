/** One event: its course, the destination's answer, what was sent, how it was mapped, what was received. */
import { html } from 'hono/html'
import type { LedgerEntry, LedgerEvent } from '../../../ports/ledger.ts'
import type { Json } from '../../../ports/types.ts'
import { specOfEvent } from '../../../record-history.ts'
import { toOutcomesView } from '../../explanation/record-explanation.ts'
import { MASK, RECORD_EXPIRED, rawRecord } from '../../raw-record.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { answerSection } from './answer.ts'
import { courseSection } from './course.ts'
import { mappedSection } from './mapped.ts'
import { type RemappedEvent, remapEvent } from './remap-event.ts'
import { isRevealed, parseNumber } from './reveal.ts'
import { sentSection } from './sent.ts'
import { specNote } from './spec-note.ts'
import { summaryCard } from './summary.ts'

export const eventPage: Page = {
  path: '/events/:id',
  title: 'Event',
  async render(context) {
    const found = await findEvent(context)
    if (found === undefined) return context.notFound('There is no such event. It may have expired.')
    const { event, entry } = found
    const inFull = isRevealed(entry.seq, context)
    const mappedBy = specOfEvent(event, entry)
    const remapped = await remapEvent(event, entry, context.options, inFull)
    const path = `/events/${event.id}`
    const view = {
      ...toOutcomesView(context, true),
      inFull,
      specNote: specNote('this event was mapped', mappedBy, context),
    }
    return html`${await summaryCard({ event, entry, path }, context)}
${courseSection(entry, context)}
${await answerSection(event, { entry, inFull, mappedBy }, context)}
${sentSection(
  event,
  {
    request: remapped.request,
    unavailable: 'unavailable' in remapped ? remapped.unavailable : undefined,
    shown: inFull ? undefined : shownValues(event, remapped),
    downloadPath: `${path}/request`,
  },
  context,
)}
${mappedSection(event, remapped, view)}
${receivedSection(entry, inFull)}`
  },
}

/** The body of its request as a file. The name of the file and the address name a row of the ledger, never a person. */
export const eventRequestPage: Page = {
  path: '/events/:id/request',
  access: 'read',
  title: 'Request',
  async render(context) {
    const found = await findEvent(context)
    if (found === undefined) return context.notFound('There is no such event. It may have expired.')
    const { event, entry } = found
    if (!isRevealed(entry.seq, context)) return context.redirect(`/events/${event.id}`)
    const { request } = await remapEvent(event, entry, context.options, true)
    if (request === undefined) return context.notFound('The request of this event cannot be built again.')
    return new Response(JSON.stringify(request.body, null, 2), {
      headers: {
        'content-type': 'application/json',
        'content-disposition': `attachment; filename="event-${event.id}.json"`,
      },
    })
  },
}

interface FoundEvent {
  readonly event: LedgerEvent
  readonly entry: LedgerEntry
}

async function findEvent({ options, params }: PageContext): Promise<FoundEvent | undefined> {
  const { store } = options.connector
  const id = parseNumber(params.id)
  if (id === undefined) return undefined
  const [event] = await store.events({ before: id + 1, after: id - 1, limit: 1 })
  const entry = event && (await store.readRecord(event.seq))
  return event && entry && { event, entry }
}

/** Values of the request that are no one's data: what the masked explanation shows, and what is ours. */
function shownValues({ metric, key, time }: LedgerEvent, { explanation, request }: RemappedEvent): ReadonlySet<string> {
  const { properties, worth, profile } = explanation
  const values = [...properties, ...worth, ...profile].flatMap(({ value }) => textsOf(value))
  const own = [metric, key, time, ...typesOf(request?.body)].filter((text) => text !== undefined)
  return new Set([...values.filter((value) => value !== MASK), ...own])
}

function textsOf(value: Json | undefined): readonly string[] {
  if (value === undefined || value === null) return []
  return typeof value === 'object' ? Object.values(value).flatMap(textsOf) : [String(value)]
}

/** The kinds of objects, and the metric’s name with its prefix. */
function typesOf(value: Json | undefined): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === 'type' && typeof inner === 'string') return [inner]
    return name === 'metric' ? textsOf(inner) : typesOf(inner)
  })
}

export const receivedSection = ({ body }: LedgerEntry, inFull: boolean): Html =>
  html`<section class="card" id="received" aria-label="What was received"><h2>What was received</h2>${body === undefined ? RECORD_EXPIRED : rawRecord(body, inFull)}</section>`
