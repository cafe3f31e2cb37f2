/** Recipes that a changed spec offers, offers no longer, or changes the metrics of. */
import type { Recipe } from '../ports/recipes.ts'
import type { Spec } from '../spec/spec.ts'
import type { Change, MetricPlan } from './types.ts'

export function compareRecipes(before: Spec, after: Spec, metrics: readonly MetricPlan[]): readonly Change[] {
  const former = new Map(before.recipes.map((recipe) => [recipe.id, recipe]))
  const present = new Set(after.recipes.map(({ id }) => id))
  const changes = after.recipes.flatMap((recipe): readonly Change[] => {
    const old = former.get(recipe.id)
    if (old === undefined) return [{ change: 'added', name: recipe.id }]
    if (textOf(old) !== textOf(recipe)) return [{ change: 'changed', name: recipe.id, effect: APPLIED }]
    const affected = listAffected(recipe, metrics)
    return affected.length === 0 ? [] : [{ change: 'changed', name: recipe.id, effect: `reads ${affected.join(', ')}` }]
  })
  const removed = before.recipes.flatMap((recipe): readonly Change[] => {
    if (present.has(recipe.id)) return []
    const gone = recipe.metrics.filter((name) => !after.mappings.some(({ metric }) => metric === name))
    const effect = gone.length === 0 ? APPLIED : `its metric ${gone.join(', ')} is no longer sent; ${APPLIED}`
    return [{ change: 'removed', name: recipe.id, effect }]
  })
  return [...changes, ...removed]
}

const APPLIED = 'one that was created from it stays as it is'

const textOf = ({ kind, name, metrics, definition }: Recipe) => JSON.stringify({ kind, name, metrics, definition })

/** Changed properties of its metrics that the definition names. */
function listAffected({ metrics, definition }: Recipe, plans: readonly MetricPlan[]): readonly string[] {
  const text = JSON.stringify(definition)
  return plans
    .filter(({ metric }) => metrics.includes(metric))
    .flatMap(({ metric, changes }) =>
      changes.flatMap(({ name }) => {
        const property = name.startsWith('properties.') ? name.slice('properties.'.length) : undefined
        const isNamed = property !== undefined && text.includes(JSON.stringify(property).slice(1, -1))
        return isNamed ? [`${property} of ${metric}`] : []
      }),
    )
}
