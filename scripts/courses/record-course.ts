/** Plays a course of the sandbox and records what changes there, and which notices arrive when. */
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import type { Course } from '../../sandbox/courses/course.ts'
import { playCourse } from '../../sandbox/courses/play.ts'
import type { Collection, DatedRecord } from '../../sandbox/data/collection.ts'
import { createWorkspace, type Workspace } from '../../sandbox/data/workspace.ts'
import { contactItem, conversationItem } from '../../sandbox/intercom/webhook-items.ts'
import { trimContact, trimConversation, trimTicket } from './trim-item.ts'

/** When every course begins. */
export const BEGIN = Date.parse('2026-07-14T09:30:00Z')
export const WORKSPACE = 'sandbox1'

/** A conversation, a ticket or a contact at one time. */
export interface RecordedState {
  readonly kind: 'conversations' | 'tickets' | 'contact'
  /** Of an item its name in the course, of a contact its id. */
  readonly name: string
  readonly body: JsonObject
  /** Of a contact that the source no longer has, or finds as another one. */
  readonly gone?: true
  readonly mergedInto?: string
}

export interface RecordedChange {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly state: RecordedState
}

export interface RecordedNotice {
  /** Milliseconds since 1970. */
  readonly happened: number
  readonly arrived: number
  readonly topic: string
  readonly body: JsonObject
}

export interface CourseRecording {
  readonly changes: readonly RecordedChange[]
  /** In the order of their arrival. */
  readonly notices: readonly RecordedNotice[]
}

export async function recordCourse(course: Course): Promise<CourseRecording> {
  const now = BEGIN / 1000
  const sizes = { conversations: 0, tickets: 0, contacts: 1 }
  const workspace = createWorkspace({
    number: 1,
    workspace: WORKSPACE,
    from: now - 365 * 86_400,
    now: now - 60,
    ...sizes,
  })
  const changes: RecordedChange[] = []
  const notices: RecordedNotice[] = []
  const known = new Map<string, string>()
  let time = BEGIN
  const noteChanges = () => {
    for (const state of readStates(workspace)) {
      const key = `${state.kind} ${state.name}`
      const text = JSON.stringify(state)
      if (known.get(key) === text) continue
      known.set(key, text)
      changes.push({ at: time, state })
    }
  }
  await playCourse(course, {
    workspace,
    begin: BEGIN,
    async send({ topic, at, item }) {
      noteChanges()
      notices.push({ happened: at * 1000, arrived: time, topic, body: trimNotice(topic, toJson(item())) })
    },
    async until(next) {
      noteChanges()
      time = next
    },
    onStep: noteChanges,
  })
  noteChanges()
  return { changes, notices }
}

const toJson = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject

function readStates(workspace: Workspace): readonly RecordedState[] {
  const { conversations, tickets, contacts } = workspace
  const named = (name: string, index: number) => (index === 0 ? name : `${name} ${index + 1}`)
  return [
    ...all(contacts)
      .slice(1)
      .map((it, index) => ({
        ...contactState(workspace, index + 1),
        name: it.id,
        body: trimContact(toJson(contactItem(it))),
      })),
    ...all(conversations).map((it, index) => ({
      kind: 'conversations' as const,
      name: named('chat', index),
      body: trimConversation(toJson(conversationItem(it))),
    })),
    ...all(tickets).map((it, index) => ({
      kind: 'tickets' as const,
      name: named('ticket', index),
      body: trimTicket(toJson(it)),
    })),
  ]
}

const all = <T extends DatedRecord>(collection: Collection<T>): readonly T[] =>
  Array.from({ length: collection.size }, (_, index) => collection.at(index))

function contactState(workspace: Workspace, index: number) {
  const removal = workspace.removalOf(index)
  const kind = 'contact' as const
  if (removal === undefined || removal === 'archived') return { kind }
  return typeof removal === 'string' ? { kind, gone: true as const } : { kind, mergedInto: removal.mergedInto }
}

function trimNotice(topic: string, body: JsonObject): JsonObject {
  if (topic.startsWith('conversation.')) return trimConversation(body)
  if (topic.startsWith('ticket.'))
    return 'ticket_part' in body
      ? { ...body, ticket: trimTicket(body.ticket as JsonObject), ticket_part: trimPart(body.ticket_part) }
      : trimTicket(body)
  return 'contact' in body ? { ...body, contact: trimContact(body.contact as JsonObject) } : trimContact(body)
}

const trimPart = (part: Json | undefined): Json =>
  (
    (trimTicket({ ticket_parts: { ticket_parts: [part ?? null] } }).ticket_parts as JsonObject).ticket_parts as Json[]
  )[0] ?? null
