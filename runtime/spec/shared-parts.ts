/** What the specs of many tenants share of their base: its files, and what is compiled of those that they do not change. */
import { isDeepStrictEqual } from 'node:util'
import type { KnownFields } from './check/known-fields.ts'
import type { CompiledMapping, SpecNames } from './compile/mapping.ts'
import type { compileProfile } from './compile/profile.ts'
import type { Connector, Documents } from './generated/documents.ts'
import type { compilePeople } from './people/compile-people.ts'
import type { SpecDocuments } from './read.ts'
import { SharedFiles } from './shared-files.ts'
import type { ResourceSpec, Spec } from './spec.ts'

/** What the compilation of a mapping depends on, besides its own file. */
export interface Environment {
  readonly fields: KnownFields
  readonly variables: ReadonlySet<string>
  readonly boundLookups: readonly string[]
  readonly resources: ReadonlyMap<string, ResourceSpec>
  readonly names: Omit<SpecNames, 'profileLookups'>
  readonly profile: ReturnType<typeof compileProfile> | undefined
  readonly people: ReturnType<typeof compilePeople>
}

export type Sections = Pick<Spec, 'source' | 'webhook' | 'destination'>

interface CompiledBase {
  readonly documents: SpecDocuments
  readonly environment: Environment
  readonly mappings: ReadonlyMap<Documents['mapping'], CompiledMapping>
  readonly sections: Sections
}

/** Sections of connector.yaml that mappings are compiled by. */
const ENVIRONMENT: readonly (keyof Connector)[] = ['resources', 'streams', 'lookups', 'webhook', 'people']

/** Kept from the first load, that of the base. A later one reports every error, and of what it takes from the base no warning. */
export class SharedParts {
  readonly files = new SharedFiles()
  #base: CompiledBase | undefined

  keep(base: CompiledBase): void {
    this.#base ??= base
    this.files.complete()
  }

  /** That of the base, unless the spec changes what mappings are compiled by. */
  environmentFor({ connector, fields, profile, sets, brokenSets }: SpecDocuments): Environment | undefined {
    const base = this.#base
    if (base === undefined || brokenSets.length > 0) return undefined
    const { documents, environment } = base
    const isSame =
      fields?.document === documents.fields?.document &&
      profile?.document === documents.profile?.document &&
      connector?.document.destination.eventsWithoutPerson ===
        documents.connector?.document.destination.eventsWithoutPerson &&
      sets.length === documents.sets.length &&
      sets.every(({ document }, index) => document === documents.sets[index]?.document) &&
      ENVIRONMENT.every((name) => isDeepStrictEqual(connector?.document[name], documents.connector?.document[name]))
    return isSame ? environment : undefined
  }

  /** Compiled in the environment of the base, for a file that the spec does not change. */
  mapping(environment: Environment, document: Documents['mapping']): CompiledMapping | undefined {
    return this.#base?.environment === environment ? this.#base.mappings.get(document) : undefined
  }

  /** A section of connector.yaml that is as in the base. */
  section<K extends keyof Sections>(name: K, document: Connector): Sections[K] | undefined {
    const base = this.#base
    const isSame = isDeepStrictEqual(base?.documents.connector?.document[name], document[name])
    return base !== undefined && isSame && this.#dependsOnNothingElse(name, document) ? base.sections[name] : undefined
  }

  /** The webhook's section names the source, and the destination's the reserved names of others. */
  #dependsOnNothingElse(name: keyof Sections, document: Connector): boolean {
    const base = this.#base?.documents.connector?.document
    if (name === 'webhook') return base?.source.name === document.source.name
    return name === 'source' || isDeepStrictEqual({ ...base, extends: '' }, { ...document, extends: '' })
  }
}
