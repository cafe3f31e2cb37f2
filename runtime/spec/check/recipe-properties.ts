/** Checks that the properties by which a recipe filters events are properties of their metric. */
import { suggest } from '../../expression/did-you-mean.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import type { SpecDocument } from '../read.ts'
import { readMetricReference } from '../recipe-metrics.ts'
import type { Spec } from '../spec.ts'
import type { Path } from '../yaml.ts'

export function checkRecipeProperties(
  recipes: readonly SpecDocument<'recipe'>[],
  mappings: Spec['mappings'],
  reservedPrefix: string | undefined,
): void {
  const names = new Map(
    mappings.map(({ metric, properties }) => [metric, properties.some(({ isSpread }) => isSpread) ? [] : properties]),
  )
  for (const { document, node } of recipes) {
    if (node.isOfBase) continue
    for (const { metric, property, path } of findFilters(document.definition as JsonObject, [], undefined)) {
      const known = (names.get(metric) ?? []).map(({ name }) => name)
      const isReserved = reservedPrefix !== undefined && property.startsWith(reservedPrefix)
      const isKnown = known.some((name) => property === name || isWithin(property, name))
      if (known.length === 0 || isReserved || isKnown) continue
      const message = `"${metric}" has no property "${property}", so that this filter finds no event`
      node.at('definition', ...path).warn({ code: 'recipe/unknown-property', message, help: suggest(property, known) })
    }
  }
}

/** `Custom Attributes.plan`: a member of the property. */
const isWithin = (path: string, name: string): boolean => path.startsWith(name) && /^[.[]/.test(path.slice(name.length))

interface Filter {
  readonly metric: string
  readonly property: string
  readonly path: Path
}

/** `{ property: NAME }` within an object that names a metric. */
function* findFilters(value: Json | undefined, path: Path, outer: string | undefined): Generator<Filter> {
  if (typeof value !== 'object' || value === null) return
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  const own = members.map(([, member]) => readMetricReference(member as Json)).find((metric) => metric !== undefined)
  const metric = Array.isArray(value) ? outer : (own ?? outer)
  for (const [step, member] of members) {
    if (metric !== undefined && step === 'property' && typeof member === 'string')
      yield { metric, property: member, path: [...path, step] }
    else yield* findFilters(member as Json, [...path, step], metric)
  }
}
