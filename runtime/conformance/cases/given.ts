/** The `given` of a case laid over the defaults of its file: members replace, changes and lookups are joined. */
import type { CaseGiven } from '../../spec/generated/documents.ts'
import type { Path } from '../../spec/yaml.ts'
import type { WrittenResource } from './resource-reader.ts'

export interface GivenLayer {
  readonly given: CaseGiven
  /** In the case file. */
  readonly path: Path
}

export interface PlacedMember<K extends keyof CaseGiven> {
  readonly value: NonNullable<CaseGiven[K]>
  readonly path: Path
}

/** The keys that give what the case is about. */
const ITEM_KEYS = ['fixture', 'item', 'recorded', 'course'] as const
export type ItemKey = (typeof ITEM_KEYS)[number]

/** A change at a path of the case file. */
export interface PlacedChange {
  readonly change: WrittenResource
  readonly path: Path
}

export class Given {
  /** Those of the file first. */
  readonly layers: readonly GivenLayer[]

  constructor(layers: readonly GivenLayer[]) {
    this.layers = layers
  }

  /** A member of the last layer that has it. */
  member<K extends keyof CaseGiven>(name: K): PlacedMember<K> | undefined {
    const layer = this.layers.findLast(({ given }) => given[name] !== undefined)
    return layer && { value: layer.given[name] as NonNullable<CaseGiven[K]>, path: [...layer.path, name] }
  }

  /** What the case is about: the keys of the last layer that has any, of which there must be one. */
  itemKeys(): { readonly keys: readonly ItemKey[]; readonly layer: GivenLayer } | undefined {
    const layer = this.layers.findLast(({ given }) => ITEM_KEYS.some((key) => given[key] !== undefined))
    return layer && { keys: ITEM_KEYS.filter((key) => layer.given[key] !== undefined), layer }
  }

  /** The changes of the item for every ingress, those of the file first. */
  changes(): readonly PlacedChange[] {
    return this.layers.map(({ given: { set, remove }, path }) => ({
      change: { ...(set && { set }), ...(remove && { remove }) },
      path,
    }))
  }

  /** Those for one ingress. */
  changesFor(side: 'webhook' | 'backfill'): readonly PlacedChange[] {
    return this.layers.flatMap(({ given, path }) => {
      const change = given[side]
      return change === undefined ? [] : [{ change, path: [...path, side] }]
    })
  }
}
