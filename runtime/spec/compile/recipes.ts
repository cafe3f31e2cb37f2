/** Checks the recipes of a spec: the files of `recipes/`, identified by name. */
import { basename } from 'node:path/posix'
import { suggest } from '../../expression/did-you-mean.ts'
import type { Recipe } from '../../ports/recipes.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import type { Recipe as RecipeDocument } from '../generated/documents.ts'
import type { SpecDocument } from '../read.ts'
import { readMetricReference } from '../recipe-metrics.ts'
import type { Path } from '../yaml.ts'
import type { SpecNode } from './spec-node.ts'

/** `metrics` are the names that a recipe may use; absent, they are unknown and not checked. */
export function compileRecipes(
  documents: readonly SpecDocument<'recipe'>[],
  metrics: readonly string[] | undefined,
): readonly Recipe[] {
  const recipes: Recipe[] = []
  for (const { document, node } of documents) {
    const recipe = compileRecipe(document, metrics, node)
    if (recipe && !isDuplicate(recipe, recipes, node)) recipes.push(recipe)
  }
  return recipes
}

function compileRecipe(
  { segment, flow, summary, definition }: RecipeDocument,
  metrics: readonly string[] | undefined,
  node: SpecNode,
): Recipe | undefined {
  const name = segment ?? flow
  if (name === undefined || (segment !== undefined && flow !== undefined)) {
    const help = 'write "segment: NAME" or "flow: NAME"'
    node.error({ code: 'recipe/kind', message: 'a recipe is either a segment or a flow', help }, node.keySpan)
    return undefined
  }
  const references = [...findMetricReferences(definition as JsonObject, [])]
  for (const { metric, path } of references) {
    if (metrics === undefined || metrics.includes(metric) || node.isOfBase) continue
    const message = `no mapping sends "${metric}", so this recipe is not offered`
    const help = ['delete the recipe if its metric was removed', suggest(metric, metrics)].filter(Boolean).join('; ')
    // No error: removing a metric must not stop delivery of the others.
    node.at('definition', ...path).warn({ code: 'recipe/unknown-metric', message, help })
  }
  if (references.length === 0) {
    const place = node.at('definition')
    const help = "write { metric: NAME } where the destination expects a metric's id"
    place.warn({ code: 'recipe/no-metric', message: 'the recipe names no metric', help }, place.keySpan)
  }
  return {
    id: basename(node.file).replace(/\.yaml$/, ''),
    kind: segment === undefined ? 'flow' : 'segment',
    name,
    summary,
    metrics: [...new Set(references.map(({ metric }) => metric))],
    definition: definition as JsonObject,
  }
}

/** The second of two recipes with one name would never be created, since the first exists. */
function isDuplicate({ kind, name }: Recipe, others: readonly Recipe[], node: SpecNode): boolean {
  const other = others.find((one) => one.kind === kind && one.name === name)
  if (other === undefined) return false
  const message = `recipes/${other.id}.yaml has a ${kind} of this name already`
  node.at(kind).error({ code: 'recipe/duplicate-name', message, help: 'give one of the two another name' })
  return true
}

interface MetricReference {
  readonly metric: string
  readonly path: Path
}

function* findMetricReferences(value: Json | undefined, path: Path): Generator<MetricReference> {
  const metric = readMetricReference(value)
  if (metric !== undefined) yield { metric, path: [...path, 'metric'] }
  else if (typeof value === 'object' && value !== null) {
    const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
    for (const [step, member] of members) yield* findMetricReferences(member as Json, [...path, step])
  }
}
