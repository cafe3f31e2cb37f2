/** Asks Klaviyo which people have a profile: by e-mail address, phone number or id, many at once. */
import type { PersonQuery } from '../../runtime/ports/destination.ts'
import { type Fault, toFault } from '../../runtime/ports/fault.ts'
import type { Lane } from '../../runtime/ports/types.ts'
import type { SendRequest } from './client.ts'
import { resourcesOf } from './json-api.ts'

/** By which Klaviyo finds a profile, each with its field in a response. */
const FIELDS = ['email', 'phone_number', 'id'] as const
type Field = (typeof FIELDS)[number]

/** Values in one filter. Klaviyo documents no limit; the address of the request stays below 8 KB. */
const MAX_VALUES = 50

interface Lookup {
  readonly send: SendRequest
  readonly path: string
  readonly lane: Lane
  readonly signal: AbortSignal
}

export type FindKnown = (
  people: readonly PersonQuery[],
  lane: Lane,
  signal: AbortSignal,
) => Promise<readonly (boolean | Fault)[]>

/** `send`: requests to `path`, the list of profiles. */
export function createFindKnown(send: () => SendRequest, path: string): FindKnown {
  return async (people, lane, signal) => {
    const results: (boolean | Fault)[] = people.map(() => false)
    for (const field of FIELDS) {
      const open = people.map((person) => identifierOf(person, field)).map((value, index) => ({ value, index }))
      const asked = open.filter(({ value, index }) => value !== undefined && results[index] === false)
      const values = [...new Set(asked.flatMap(({ value }) => value ?? []))]
      const found = await findValues(field, values, { send: send(), path, lane, signal })
      for (const { value = '', index } of asked) results[index] = found.get(value) ?? false
    }
    return results
  }
}

function identifierOf({ identifiers, profileId }: PersonQuery, field: Field): string | undefined {
  if (field === 'id') return profileId
  const value = identifiers[field]
  return typeof value === 'string' && value !== '' ? value.toLowerCase() : undefined
}

async function findValues(
  field: Field,
  values: readonly string[],
  lookup: Lookup,
): Promise<ReadonlyMap<string, true | Fault>> {
  const found = new Map<string, true | Fault>()
  for (let start = 0; start < values.length; start += MAX_VALUES)
    for (const entry of await findChunk(field, values.slice(start, start + MAX_VALUES), lookup)) found.set(...entry)
  return found
}

/** A value that Klaviyo refuses fails alone: the others are asked without it. */
async function findChunk(
  field: Field,
  values: readonly string[],
  lookup: Lookup,
): Promise<readonly [value: string, result: true | Fault][]> {
  try {
    return await requestChunk(field, values, lookup)
  } catch (error) {
    const fault = toFault(error)
    if (fault.kind !== 'data') throw fault
    if (values.length === 1) return values.map((value) => [value, fault])
    const middle = Math.ceil(values.length / 2)
    const halves = [values.slice(0, middle), values.slice(middle)]
    return (await Promise.all(halves.map((half) => findChunk(field, half, lookup)))).flat()
  }
}

async function requestChunk(
  field: Field,
  values: readonly string[],
  { send, path, lane, signal }: Lookup,
): Promise<readonly [value: string, result: true][]> {
  const query = new URLSearchParams({
    filter: `any(${field},${JSON.stringify(values)})`,
    'fields[profile]': 'email,phone_number',
    'page[size]': '100',
  })
  const { body } = await send(lane, signal, undefined, `${path}?${query}`)
  const profiles = resourcesOf(body).filter(({ type }) => type === 'profile')
  const texts = profiles.flatMap(({ id, attributes }) => {
    const value = field === 'id' ? id : attributes[field]
    return typeof value === 'string' ? [field === 'id' ? value : value.toLowerCase()] : []
  })
  return texts.map((value) => [value, true])
}
