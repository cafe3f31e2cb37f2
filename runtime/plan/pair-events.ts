/** Pairs the events that two specs give for one record. */
import { isObject } from '../lib/json.ts'
import type { PreviewItem } from '../mapping/preview.ts'
import type { Json } from '../ports/types.ts'

/** An event, or the update of a profile. */
export interface SampleEvent {
  readonly key: string
  readonly time: string
  /** By path, e.g. `properties.Title`. */
  readonly values: ReadonlyMap<string, Json | undefined>
}

/** Empty for an item that sends nothing. */
export function toSampleEvents(item: PreviewItem): readonly SampleEvent[] {
  if ('key' in item) {
    const { key, time, properties, profile, value, currency } = item
    const revenue = [['value', value] as const, ['currency', currency] as const]
    return [
      { key, time, values: new Map([...list('properties', properties), ...list('profile', profile), ...revenue]) },
    ]
  }
  return 'profile' in item ? [{ key: '', time: '', values: new Map(list('profile', item.profile)) }] : []
}

const list = (path: string, members: Json): readonly (readonly [string, Json | undefined])[] =>
  isObject(members) ? Object.entries(members).map(([name, value]) => [`${path}.${name}`, value] as const) : []

/** By key; what is left by time; and what is left then in order, if each has a counterpart. */
export function pairEvents(before: readonly SampleEvent[], after: readonly SampleEvent[]) {
  const pairs: [SampleEvent, SampleEvent][] = []
  let [vanishing, appearing] = [[...before], [...after]]
  const pairBy = (isSame: (one: SampleEvent, other: SampleEvent) => boolean) => {
    vanishing = vanishing.filter((one) => {
      const other = appearing.find((each) => isSame(one, each))
      if (other === undefined) return true
      appearing = appearing.filter((each) => each !== other)
      pairs.push([one, other])
      return false
    })
  }
  pairBy((one, other) => one.key === other.key)
  pairBy((one, other) => one.time === other.time)
  if (vanishing.length === appearing.length) pairBy(() => true)
  return { pairs, vanishing, appearing }
}
