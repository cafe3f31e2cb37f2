/** Stores the profiles of the local Klaviyo and resolves identities. */
import { isObject } from '../../runtime/lib/json.ts'
import type { Clock, Random } from '../../runtime/ports/effects.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import { identifier } from './identifier.ts'
import type { PropertyPatch, SentProfile } from './parse-events.ts'
import { isList } from './validation/rules.ts'

export interface StoredProfile {
  readonly id: string
  /** Ids of profiles that were merged into this one. */
  readonly mergedIds: readonly string[]
  /** As `GET /api/profiles` shows them. */
  readonly attributes: JsonObject
  /** Milliseconds. */
  readonly created: number
  readonly updated: number
}

export interface UpsertResult {
  readonly profile: StoredProfile
  readonly created: boolean
}

type Stored = { -readonly [Key in keyof StoredProfile]: StoredProfile[Key] }

/** Highest first, as Klaviyo's identity resolution ranks them. */
const IDENTIFIERS = ['external_id', 'email', 'phone_number', '_kx', 'anonymous_id'] as const

/** Keeps profiles in memory, found by any of their identifiers. */
export class ProfileStore {
  readonly #clock: Clock
  readonly #random: Random
  readonly #profiles = new Map<string, Stored>()
  readonly #index = new Map<string, Stored>()
  #deleted = 0

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = clock
    this.#random = random
  }

  /** Creates or updates. An identifier that another profile holds stays there. */
  upsert(sent: SentProfile): UpsertResult {
    const { target } = this.#resolve(sent)
    const profile = target ?? this.#create()
    const usable = Object.entries(sent.attributes).filter(([name, value]) => {
      const holder = this.#holderOf(name, value)
      return !holder || holder === profile
    })
    this.#unindex(profile)
    profile.attributes = mergeAttributes(profile.attributes, Object.fromEntries(usable), sent.patch)
    profile.updated = this.#clock.now()
    this.#reindex(profile)
    return { profile, created: target === undefined }
  }

  /**
   * Updates the profile of an id. Undefined if there is none. Throws nothing and merges nothing: the identifiers of
   * other profiles are for `conflictOf` to find first.
   */
  update(sent: SentProfile): StoredProfile | undefined {
    const profile = this.#profiles.get(sent.id ?? '')
    if (profile === undefined) return undefined
    this.#unindex(profile)
    profile.attributes = mergeAttributes(profile.attributes, sent.attributes, sent.patch)
    profile.updated = this.#clock.now()
    this.#reindex(profile)
    return profile
  }

  /** A profile other than that of the id that holds one of these identifiers. */
  conflictOf({ id, attributes }: SentProfile): StoredProfile | undefined {
    return IDENTIFIERS.map((name) => this.#holderOf(name, attributes[name])).find((found) => found && found.id !== id)
  }

  /** Another profile that holds one of these identifiers. */
  conflict(sent: SentProfile): StoredProfile | undefined {
    return this.#resolve(sent).conflict
  }

  /** By e-mail, phone number, external id or Klaviyo's own id. */
  find(value: string): StoredProfile | undefined {
    return this.#profiles.get(value) ?? IDENTIFIERS.map((name) => this.#holderOf(name, value)).find(Boolean)
  }

  /** Deletes every profile with this identifier. Returns how many. */
  delete({ id, attributes }: SentProfile): number {
    const named = [this.#profiles.get(id ?? ''), ...IDENTIFIERS.map((name) => this.#holderOf(name, attributes[name]))]
    const found = new Set(named.filter((profile) => profile !== undefined))
    for (const profile of found) {
      this.#unindex(profile)
      this.#profiles.delete(profile.id)
    }
    this.#deleted += found.size
    return found.size
  }

  get deletedCount(): number {
    return this.#deleted
  }

  all(): readonly StoredProfile[] {
    return [...this.#profiles.values()]
  }

  get count(): number {
    return this.#profiles.size
  }

  reset(): void {
    this.#profiles.clear()
    this.#index.clear()
    this.#deleted = 0
  }

  /** Resolves identifiers to a profile. Merges a profile known only by a lower identifier into one known by a higher. */
  #resolve({ id, attributes }: SentProfile): { target?: Stored; conflict?: Stored } {
    let target = id ? this.#profiles.get(id) : undefined
    let conflict: Stored | undefined
    for (const name of IDENTIFIERS) {
      const found = this.#holderOf(name, attributes[name])
      if (!found || found === target) continue
      if (!target && agrees(found, attributes, IDENTIFIERS.indexOf(name))) target = found
      else if (target && highest(found) > highest(target)) this.#merge(found, target)
      else conflict = found
    }
    return { ...(target && { target }), ...(conflict && { conflict }) }
  }

  #holderOf(name: string, value: Json | undefined): Stored | undefined {
    return typeof value === 'string' ? this.#index.get(indexKey(name, value)) : undefined
  }

  #create(): Stored {
    const id = identifier(this.#random, 'profile')
    const profile = { id, mergedIds: [], attributes: {}, created: this.#clock.now(), updated: this.#clock.now() }
    this.#profiles.set(id, profile)
    return profile
  }

  #merge(from: Stored, into: Stored): void {
    this.#unindex(from)
    this.#profiles.delete(from.id)
    this.#unindex(into)
    into.attributes = mergeAttributes(from.attributes, into.attributes, {})
    into.mergedIds = [...into.mergedIds, from.id, ...from.mergedIds]
    this.#reindex(into)
  }

  #unindex({ attributes }: Stored): void {
    for (const name of IDENTIFIERS) this.#index.delete(indexKey(name, attributes[name] ?? ''))
  }

  #reindex(profile: Stored): void {
    for (const name of IDENTIFIERS) {
      const value = profile.attributes[name]
      if (typeof value === 'string') this.#index.set(indexKey(name, value), profile)
    }
  }
}

function indexKey(name: string, value: Json): string {
  return `${name}:${name === 'email' ? String(value).toLowerCase() : value}`
}

function highest({ attributes }: Stored): number {
  return IDENTIFIERS.findIndex((name) => typeof attributes[name] === 'string')
}

/** Whether no identifier that ranks above the matching one belongs to another person. */
function agrees({ attributes }: Stored, sent: JsonObject, below: number): boolean {
  return IDENTIFIERS.slice(0, below).every((name) => {
    const [own, received] = [attributes[name], sent[name]]
    return typeof own !== 'string' || typeof received !== 'string' || indexKey(name, own) === indexKey(name, received)
  })
}

/** Omitted stays, null clears, `properties` and `location` merge key by key. */
function mergeAttributes(known: JsonObject, sent: JsonObject, patch: PropertyPatch): JsonObject {
  const result = overlay(known, sent, ['properties', 'location'])
  const properties = applyPatch(isObject(result.properties) ? result.properties : {}, patch)
  return Object.keys(properties).length > 0 ? { ...result, properties } : without(result, ['properties'])
}

function overlay(known: JsonObject, sent: JsonObject, deep: readonly string[]): JsonObject {
  const result: { [key: string]: Json | undefined } = { ...known }
  for (const [name, value] of Object.entries(sent)) {
    const own = result[name]
    if (value === null) delete result[name]
    else result[name] = deep.includes(name) && isObject(value) ? overlay(isObject(own) ? own : {}, value, []) : value
  }
  return result
}

function applyPatch(properties: JsonObject, { append, unappend, unset }: PropertyPatch): JsonObject {
  const result: { [key: string]: Json | undefined } = { ...properties }
  for (const [name, value = null] of Object.entries(append ?? {})) {
    result[name] = [...new Set([...values(result[name]), ...values(value)])]
  }
  for (const [name, value = null] of Object.entries(unappend ?? {})) {
    result[name] = values(result[name]).filter((each) => !values(value).includes(each))
  }
  return without(result, typeof unset === 'string' ? [unset] : (unset ?? []))
}

function values(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return []
  return isList(value) ? value : [value]
}

function without(value: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
}
