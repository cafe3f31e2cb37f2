/** The resources of a case's input: those that its records bring, and those that its lookups find. */
import type { KnownShape } from '../../expression/check/shape.ts'
import { asId, isObject } from '../../lib/json.ts'
import { presentMembers } from '../../lib/present-members.ts'
import type { Json } from '../../ports/types.ts'
import { findResourceByTopic, openEnvelope, unwrapResource } from '../../source/envelope.ts'
import type { KnownFields } from '../../spec/check/known-fields.ts'
import type { ResourceSpec, Spec } from '../../spec/spec.ts'
import type { CaseInput, CaseRecord } from '../types.ts'
import { findOptionalPlaces, type OptionalPlace, type Steps } from './optional-places.ts'

export interface OptionalParts {
  readonly spec: Spec
  readonly fields: KnownFields
  /** Of lookups that were searched before, which cases of a file share. */
  readonly known: WeakMap<CaseInput['lookups'], readonly OptionalPlace[]>
}

/** Of an input with one step. */
export async function findOptional(
  input: CaseInput,
  { spec, fields, known }: OptionalParts,
): Promise<readonly OptionalPlace[]> {
  const places: OptionalPlace[] = []
  const add = (value: Json, shape: KnownShape, steps: Steps) => places.push(...findOptionalPlaces(value, shape, steps))
  for (const [index, step] of input.steps.entries())
    for (const [at, record] of step.records.entries()) {
      const found = await findResource(record, spec)
      const steps = ['steps', index, 'records', at, 'body', ...(found?.steps ?? [])]
      if (found) add(found.value, fields.shapes.get(found.resource.name), steps)
    }
  const { lookups } = input
  const ofLookups = known.get(lookups) ?? findInLookups(lookups, fields)
  known.set(lookups, ofLookups)
  return [...places, ...ofLookups]
}

const findInLookups = (lookups: CaseInput['lookups'], fields: KnownFields): readonly OptionalPlace[] =>
  Object.entries(lookups).flatMap(([name, rows]) =>
    Object.entries(rows).flatMap(([id, row]) =>
      findOptionalPlaces(row, fields.shapes.get(name), ['lookups', name, id]),
    ),
  )

interface FoundResource {
  readonly resource: ResourceSpec
  readonly value: Json
  /** Within the body. */
  readonly steps: Steps
}

async function findResource({ stream, body }: CaseRecord, spec: Spec): Promise<FoundResource | undefined> {
  if (stream !== undefined) {
    const resource = spec.resources.get(spec.streams.get(stream)?.resource ?? '')
    return resource && { resource, value: body, steps: [] }
  }
  const notification = await openEnvelope(body, spec).catch(() => undefined)
  const resource = notification && findResourceByTopic(notification.topic, spec)
  if (notification === undefined || resource === undefined) return undefined
  const idOf = async (value: Json) => asId(await resource.id.evaluate(value))
  const id = await Promise.resolve(unwrapResource(notification, resource)).then(idOf, () => undefined)
  // Topics may wrap the resource: it is the object with its id, the outermost first.
  for (const { value, steps } of objectsIn(body, MAX_DEPTH)) {
    const own = await Promise.resolve(presentMembers(value)).then(idOf, () => undefined)
    if (id !== undefined && own === id) return { resource, value, steps }
  }
  return undefined
}

/** Members around a resource: of a notification, of its data, and of the topic. */
const MAX_DEPTH = 5

function* objectsIn(value: Json, depth: number, steps: Steps = []): Generator<{ value: Json; steps: Steps }> {
  if (!isObject(value) || depth === 0) return
  yield { value, steps }
  for (const [name, member] of Object.entries(value))
    if (member !== undefined) yield* objectsIn(member, depth - 1, [...steps, name])
}
