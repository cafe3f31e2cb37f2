/** The ways in which a course is taken: by its notices, by history, by polls, by both, or as its steps say. */
import { toIsoUtc } from '../../lib/iso-time.ts'
import type { Ingress, Json } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'
import { changeItem } from '../cases/change-item.ts'
import type { CourseWay } from '../cases/course-resolver.ts'
import type { LookupTables } from '../cases/read-lookups.ts'
import type { CaseRecord, CaseStep } from '../types.ts'
import type { CourseItem } from './course-world.ts'
import type { CourseMoment, PlayedCourse } from './play-course.ts'

const MINUTE = 60_000
/** Between two polls. */
const POLL_EVERY = 10 * MINUTE
/** After the end of a course: no notice is on its way any more. */
const IMPORT_AFTER = 15 * MINUTE

interface Timed {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly ingress: Ingress
  readonly records: readonly CaseRecord[]
}

export class CourseWays {
  readonly #played: PlayedCourse
  readonly #begin: number
  readonly #spec: Spec
  /** Before the first step. */
  readonly #initial: LookupTables

  constructor(played: PlayedCourse, begin: { readonly at: number; readonly lookups: LookupTables }, spec: Spec) {
    this.#played = played
    this.#begin = begin.at
    this.#initial = begin.lookups
    this.#spec = spec
  }

  /** What the lookups find at the end. */
  get lookups(): LookupTables {
    return this.#lookupsAt(Number.POSITIVE_INFINITY)
  }

  stepsOf(way: CourseWay | 'as-written'): readonly CaseStep[] {
    const { moments } = this.#played
    const imported = this.#import(this.#end() + IMPORT_AFTER, moments.at(-1))
    if (way === 'backfill') return this.#withLookups([{ at: this.#begin, ingress: 'backfill', records: [] }, imported])
    if (way === 'reconcile') return this.#withLookups(this.#polls())
    const arrivals = this.#played.arrivals.map(({ at, record }) => ({
      at,
      ingress: 'webhook' as const,
      records: [record],
    }))
    if (way === 'both') return this.#withLookups([...this.#silent(), ...arrivals, imported])
    return this.#withLookups([...this.#silent(), ...arrivals, ...(way === 'webhook' ? [] : this.#actions())])
  }

  /** Changes without a notice are steps, too: what waits is checked again. */
  #silent(): readonly Timed[] {
    const times = [this.#begin, ...this.#played.moments.map(({ at }) => at)]
    return [...new Set(times)].map((at) => ({ at, ingress: 'webhook', records: [] }))
  }

  #actions(): readonly Timed[] {
    let polled = Number.NEGATIVE_INFINITY
    return this.#played.moments.flatMap((moment) => {
      const { at, action } = moment
      if (action === undefined) return []
      if (action === 'backfill') return [this.#import(at, moment)]
      const poll = this.#poll(at, polled)
      polled = at
      return [poll]
    })
  }

  #end(): number {
    const times = [...this.#played.moments, ...this.#played.arrivals].map(({ at }) => at)
    return Math.max(this.#begin, ...times)
  }

  /** All items of the streams, without the members that their stream lacks. */
  #import(at: number, moment: CourseMoment | undefined): Timed {
    const records = (moment?.items ?? []).flatMap(({ stream, body }) => {
      if (stream === undefined) return []
      const lacks = this.#spec.streams.get(stream)?.lacks ?? []
      return [{ stream, body: changeItem(body, { remove: lacks }, () => undefined) }]
    })
    return { at, ingress: 'backfill', records }
  }

  #polls(): readonly Timed[] {
    const polls: Timed[] = [{ at: this.#begin, ingress: 'reconcile', records: [] }]
    const last = this.#end() + POLL_EVERY
    let before = Number.NEGATIVE_INFINITY
    for (let at = this.#begin + POLL_EVERY; at <= last; at += POLL_EVERY) {
      const poll = this.#poll(at, before)
      if (poll.records.length > 0) polls.push(poll)
      before = at
    }
    return polls
  }

  /** What has changed since the poll before, as it is now. */
  #poll(at: number, before: number): Timed {
    const changed = new Map<string, CourseItem>()
    for (const moment of this.#played.moments)
      if (moment.changed && moment.at > before && moment.at <= at) changed.set(moment.changed.name, moment.changed)
    const records = [...changed.values()].flatMap(({ stream, body }) =>
      stream !== undefined && this.#spec.streams.get(stream)?.poll !== undefined ? [{ stream, body }] : [],
    )
    return { at, ingress: 'reconcile', records }
  }

  /** One step for each time and ingress, with what the lookups find otherwise from then on. */
  #withLookups(timed: readonly Timed[]): readonly CaseStep[] {
    const steps: CaseStep[] = []
    let known = this.lookups
    let last: Timed | undefined
    for (const one of timed.toSorted((a, b) => a.at - b.at)) {
      const lookups = this.#lookupsAt(one.at)
      const changed = changedRows(known, lookups)
      known = lookups
      const step = { at: toIsoUtc(one.at), ingress: one.ingress, records: one.records }
      const isSame = last?.at === one.at && last.ingress === one.ingress && changed === undefined
      const before = steps.at(-1)
      if (isSame && before) steps[steps.length - 1] = { ...before, records: [...before.records, ...one.records] }
      else steps.push({ ...step, ...(changed && { lookups: changed }) })
      last = one
    }
    return steps.filter(({ records, lookups }, index) => index === 0 || records.length > 0 || lookups !== undefined)
  }

  /** The full resources, too, of the items whose stream lacks something. */
  #lookupsAt(at: number): LookupTables {
    const moment = this.#played.moments.findLast((one) => one.at <= at)
    const lookups = moment?.lookups ?? this.#initial
    const full: Record<string, Record<string, Json>> = {}
    for (const { stream, id, body } of moment?.items ?? [])
      for (const mapping of this.#spec.mappings) {
        const { name, fetchFull } = mapping.stream ?? {}
        if (fetchFull !== undefined && name === stream && id !== undefined)
          full[fetchFull] = { ...full[fetchFull], [id]: body, ...lookups[fetchFull] }
      }
    return { ...lookups, ...full }
  }
}

/** Undefined: none. */
function changedRows(before: LookupTables, after: LookupTables): LookupTables | undefined {
  const changed = Object.entries(after).flatMap(([name, rows]) => {
    const others = Object.entries(rows).filter(
      ([id, row]) => JSON.stringify(before[name]?.[id]) !== JSON.stringify(row),
    )
    return others.length === 0 ? [] : [[name, Object.fromEntries(others)] as const]
  })
  return changed.length === 0 ? undefined : Object.fromEntries(changed)
}
