/** Writes a recording of a course as the steps of a case. */
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import { diffItem } from './diff-item.ts'
import { BEGIN, type CourseRecording, type RecordedNotice, type RecordedState } from './record-course.ts'

type WrittenStep = Record<string, Json>

interface Draft {
  readonly at: number
  readonly state: RecordedState
  /** Absent: the state is new, or the step is only a notice. */
  readonly before?: RecordedState
  notice?: RecordedNotice & { readonly isTwice: boolean }
  name?: string
}

export interface WrittenCourse {
  readonly lookups: JsonObject
  readonly items: JsonObject
  readonly course: readonly WrittenStep[]
}

export function writeSteps(recording: CourseRecording): WrittenCourse {
  const drafts: Draft[] = []
  const latest = new Map<string, RecordedState>()
  const first: RecordedState[] = []
  for (const { at, state } of recording.changes) {
    const before = latest.get(keyOf(state))
    if (before === undefined) first.push(state)
    latest.set(keyOf(state), state)
    drafts.push({ at, state, ...(before && { before }) })
  }
  const notices = uniteTwice(recording.notices)
  const ordered = notices.map((notice) => attach(notice, drafts))
  const sends = writeSends(ordered, drafts)
  const written = drafts.flatMap((draft) => {
    const step = writeDraft(draft)
    const isNews =
      draft.state.kind !== 'contact' || Object.keys(step).some((name) => name !== 'lookup' && name !== 'id')
    return isNews ? [{ at: draft.at, step }] : []
  })
  const course = [...written, ...sends]
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, step }) => ({ at: formatOffset(at - BEGIN), ...step }))
  const contacts = first.filter(({ kind }) => kind === 'contact').map(({ body }) => ({ item: body }))
  const items = first.filter(({ kind }) => kind !== 'contact')
  return {
    lookups: contacts.length === 0 ? {} : { contact: contacts },
    items: Object.fromEntries(items.map(({ kind, name, body }) => [name, { stream: kind, item: body }])),
    course,
  }
}

const keyOf = ({ kind, name }: RecordedState) => `${kind} ${name}`

function uniteTwice(notices: readonly RecordedNotice[]) {
  const united: (RecordedNotice & { readonly isTwice: boolean })[] = []
  for (const notice of notices) {
    const last = united.at(-1)
    const isSame = last && JSON.stringify({ ...last, isTwice: undefined }) === JSON.stringify(notice)
    if (isSame) united[united.length - 1] = { ...notice, isTwice: true }
    else united.push({ ...notice, isTwice: false })
  }
  return united
}

/** Finds the step that the notice is of, or adds one. */
function attach(notice: RecordedNotice & { readonly isTwice: boolean }, drafts: Draft[]): Draft {
  const { happened, topic, body } = notice
  const kind = topic.startsWith('conversation.') ? 'conversations' : topic.startsWith('ticket.') ? 'tickets' : 'contact'
  const id = itemOf(body).id
  const ofItem = (draft: Draft) => draft.state.kind === kind && draft.state.body.id === id
  const candidates = drafts.filter((draft) => ofItem(draft) && draft.at === happened && draft.notice === undefined)
  const size = ({ state }: Draft) => JSON.stringify(diffItem(state.body, itemOf(body))).length
  const [best] = candidates.toSorted((a, b) => size(a) - size(b))
  if (best !== undefined) {
    best.notice = notice
    return best
  }
  const state = drafts.findLast((draft) => ofItem(draft) && draft.at <= happened)?.state
  if (state === undefined) throw new Error(`no state of the item of ${topic}`)
  const draft: Draft = { at: happened, state, before: state, notice }
  drafts.splice(drafts.findLastIndex(({ at }) => at <= happened) + 1, 0, draft)
  return draft
}

const itemOf = (body: JsonObject): JsonObject =>
  body.ticket_part || body.type === 'contact_tag' || body.type === 'contact_unsubscribe'
    ? ((body.ticket ?? body.contact) as JsonObject)
    : body

/** Steps that send what arrives late in another order than it happened. The rest is late by itself. */
function writeSends(ordered: readonly Draft[], drafts: readonly Draft[]) {
  const times = [...new Set(ordered.flatMap(({ notice }) => notice?.arrived ?? []))]
  const sends: { readonly at: number; readonly step: WrittenStep }[] = []
  let named = 0
  for (const at of times) {
    const group = ordered.filter(({ notice }) => notice?.arrived === at)
    const late = group.filter((draft) => draft.at !== at)
    const position = (draft: Draft) => drafts.indexOf(draft)
    if (late.length === 0 || group.every((draft, i) => i === 0 || position(draft) > position(group[i - 1] as Draft)))
      continue
    const names = late.map((draft) => {
      draft.name ??= `notice ${++named}`
      return draft.name
    })
    sends.push({
      at,
      step: {
        sent: late.flatMap((draft, i) => (draft.notice?.isTwice ? [names[i] ?? '', names[i] ?? ''] : [names[i] ?? ''])),
      },
    })
  }
  return sends
}

function writeDraft({ at, state, before, notice, name }: Draft): WrittenStep {
  const { kind, body } = state
  const target = kind === 'contact' ? { lookup: 'contact', id: state.name } : { item: state.name }
  const isGone = state.gone === true
  const wasGone = before?.gone === true
  return {
    ...(name !== undefined && { name }),
    ...target,
    ...(before && diffItem(before.body, body)),
    ...(isGone !== wasGone && (before || isGone) && { gone: isGone }),
    ...(state.mergedInto !== undefined && state.mergedInto !== before?.mergedInto && { mergedInto: state.mergedInto }),
    ...(notice && writeNotice(notice, body)),
    ...(notice && name === undefined && notice.arrived > at && { late: formatOffset(notice.arrived - at) }),
  } as WrittenStep
}

function writeNotice(
  { topic, body, isTwice }: RecordedNotice & { readonly isTwice: boolean },
  state: JsonObject,
): WrittenStep {
  const item = itemOf(body)
  const change = diffItem(state, item)
  const isOther = JSON.stringify(change).length > JSON.stringify(item).length
  const own = isOther ? { item } : change
  return {
    topic,
    ...(Object.keys(own).length > 0 && { webhook: own as Json }),
    ...(item !== body && { wrap: writeWrap(body, item) }),
    ...(isTwice && { twice: true }),
  }
}

function writeWrap(body: JsonObject, item: JsonObject): Json {
  const last = (item.ticket_parts as { readonly ticket_parts?: readonly Json[] } | undefined)?.ticket_parts?.at(-1)
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (value === item) return [name, '$item']
      const isLast = name === 'ticket_part' && JSON.stringify(value) === JSON.stringify(last)
      return [name, isLast ? '$.ticket_parts.ticket_parts[-1]' : (value ?? null)]
    }),
  )
}

/** In the largest unit that divides it: 90000 is `90s`. */
function formatOffset(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const
  const unit = ms === 0 ? undefined : units.find(([, size]) => ms % size === 0)
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms / 1000}s`
}
