/** Plays the steps of a course: what changes at the source and when, and which notices arrive when. */
import { suggest } from '../../expression/did-you-mean.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import { findResourceByTopic } from '../../source/envelope.ts'
import { parseDuration } from '../../spec/compile/durations-and-sizes.ts'
import type { CaseStep as WrittenStep } from '../../spec/generated/documents.ts'
import type { Path } from '../../spec/yaml.ts'
import { buildNotification } from '../cases/build-notification.ts'
import type { CourseParts, CourseToResolve } from '../cases/course-resolver.ts'
import type { LookupTables } from '../cases/read-lookups.ts'
import { describeUnknownLookup, describeUnknownTopic } from '../cases/unknown-names.ts'
import { wrapItem } from '../cases/wrap-item.ts'
import type { CaseRecord } from '../types.ts'
import { checkStep, checkTopicOf } from './check-step.ts'
import type { CourseItem, CourseWorld } from './course-world.ts'

/** What has happened by the end of a step. */
export interface CourseMoment {
  /** Milliseconds since 1970. */
  readonly at: number
  /** The item that the step changes, or the resource, as an item of the stream that lists it. */
  readonly changed?: CourseItem
  /** All items. */
  readonly items: readonly CourseItem[]
  readonly lookups: LookupTables
  readonly action?: 'backfill' | 'reconcile'
}

/** A notice at the time of its arrival, milliseconds since 1970. */
export interface Arrival {
  readonly at: number
  readonly record: CaseRecord
}

export interface PlayedCourse {
  readonly moments: readonly CourseMoment[]
  /** In the order of their times. */
  readonly arrivals: readonly Arrival[]
}

export async function playCourse(
  course: CourseToResolve,
  world: CourseWorld,
  parts: CourseParts,
): Promise<PlayedCourse> {
  return new CoursePlayer(course, world, parts).play()
}

class CoursePlayer {
  readonly #course: CourseToResolve
  readonly #world: CourseWorld
  readonly #parts: CourseParts
  readonly #moments: CourseMoment[] = []
  readonly #arrivals: Arrival[] = []
  /** By the names of their steps. */
  readonly #notices = new Map<string, CaseRecord>()
  /** Names of steps whose notices a later step sends. */
  readonly #held: ReadonlySet<string>
  #last = Number.NEGATIVE_INFINITY

  constructor(course: CourseToResolve, world: CourseWorld, parts: CourseParts) {
    this.#course = course
    this.#world = world
    this.#parts = parts
    this.#held = new Set(this.#steps().value.flatMap(({ sent = [] }) => sent))
  }

  async play(): Promise<PlayedCourse> {
    const { value, path } = this.#steps()
    for (const [index, step] of value.entries()) await this.#take(step, index, [...path, index])
    return { moments: this.#moments, arrivals: this.#arrivals.toSorted((a, b) => a.at - b.at) }
  }

  #steps() {
    const { given, path } = this.#course
    return given.member('course') ?? { value: [], path }
  }

  async #take(step: WrittenStep, index: number, path: Path): Promise<void> {
    const { file, now } = this.#course
    checkStep(step, file, path)
    const at = now + parseDuration(step.at)
    if (at < this.#last) {
      const help = 'put the steps in the order of their times; a notice that arrives later has late: 5m'
      file.error([...path, 'at'], {
        code: 'cases/course-order',
        message: 'the step is earlier than the one before it',
        help,
      })
    }
    this.#last = Math.max(at, this.#last)
    const changed = this.#change(step, path)
    const { spec } = this.#parts
    if (step.item !== undefined)
      checkTopicOf(step, spec.streams.get(changed?.stream ?? '')?.resource, { file, path, spec })
    const action = step.import ? 'backfill' : step.reconcile ? 'reconcile' : undefined
    this.#moments.push({
      at,
      ...(changed && { changed }),
      items: this.#world.items(),
      lookups: this.#world.lookups(),
      ...(action && { action }),
    })
    if (step.topic !== undefined) await this.#notify(step, step.topic, { at, index, path, item: changed?.body })
    for (const [i, name] of (step.sent ?? []).entries()) this.#send(name, at, [...path, 'sent', i])
  }

  #change(step: WrittenStep, path: Path): CourseItem | undefined {
    const { lookup, id } = step
    if (step.item !== undefined) return this.#world.changeItem(step.item, step, path)
    if (lookup === undefined) return undefined
    const { spec } = this.#parts
    const known = spec.lookups.get(lookup)
    if (known === undefined || id === undefined) {
      const message = 'the step names no resource of the lookup'
      const noId = { code: 'cases/unknown-lookup', message, help: 'write id: and the id of the resource' }
      const problem = known === undefined ? describeUnknownLookup(lookup, spec) : noId
      this.#course.file.error([...path, 'lookup'], problem)
      return undefined
    }
    const body = this.#world.changeResource(lookup, id, step, path)
    const stream = known.preloadFrom
    return { name: `${lookup} ${id}`, ...(stream !== undefined && !step.gone && { stream }), body }
  }

  async #notify(
    step: WrittenStep,
    topic: string,
    {
      at,
      index,
      path,
      item,
    }: { readonly at: number; readonly index: number; readonly path: Path; readonly item: Json | undefined },
  ): Promise<void> {
    const { file, workspace } = this.#course
    const { spec } = this.#parts
    if (findResourceByTopic(topic, spec) === undefined) {
      file.error([...path, 'topic'], describeUnknownTopic(topic, spec))
      return
    }
    if (item === undefined) {
      // Reported with the name that is wrong.
      if (step.item !== undefined || step.lookup !== undefined) return
      const message = 'the step has a topic and names nothing that the notice is about'
      file.error([...path, 'topic'], { code: 'cases/no-item', message, help: 'write item: NAME, or lookup: and id:' })
      return
    }
    const told = await this.#toldItem(step, item, path)
    const members = step.notification as JsonObject | undefined
    const notification = {
      topic,
      workspace,
      now: at,
      item: told ?? null,
      id: `notif_${index + 1}`,
      ...(members && { members }),
    }
    const record = { topic, body: buildNotification(notification, spec) }
    if (step.name !== undefined) this.#notices.set(step.name, record)
    if (step.lost || (step.name !== undefined && this.#held.has(step.name))) return
    const arrival = { at: at + (step.late === undefined ? 0 : parseDuration(step.late)), record }
    this.#arrivals.push(arrival, ...(step.twice ? [arrival] : []))
  }

  /** The item as the notice carries it. */
  async #toldItem({ webhook, wrap, topic = '' }: WrittenStep, item: Json, path: Path): Promise<Json | undefined> {
    const { resources, functions, spec } = this.#parts
    const of = findResourceByTopic(topic, spec)?.name
    const { file } = this.#course
    const at = [...path, 'webhook']
    const isOther = webhook?.fixture !== undefined || webhook?.item !== undefined
    const base = webhook && isOther ? await resources.readBase(webhook, file, at) : item
    const told = webhook && base !== undefined ? resources.change(base, webhook, { file, path: at, of }) : base
    if (wrap === undefined || told === undefined) return told
    return wrapItem(wrap as Json, [...path, 'wrap'], { item: told, functions, file })
  }

  #send(name: string, at: number, path: Path): void {
    const record = this.#notices.get(name)
    if (record !== undefined) {
      this.#arrivals.push({ at, record })
      return
    }
    const message = `no earlier step with a topic has the name "${name}"`
    this.#course.file.error(path, { code: 'cases/unknown-step', message, help: suggest(name, this.#notices.keys()) })
  }
}
