/** The recipes of a spec: read from `recipes/`, checked, and known by the names of their files. */
import { basename } from 'node:path/posix'
import { suggest } from '../../expression/did-you-mean.ts'
import type { Recipe } from '../../ports/recipes.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import type { Recipe as Document } from '../generated/documents.ts'
import { metricOf } from '../recipe-metrics.ts'
import { validateAgainstSchema } from '../schema.ts'
import { SourceFile } from '../source-file.ts'
import { glob, type SpecFiles } from '../spec-files.ts'
import { type Path, YamlFile } from '../yaml.ts'
import type { Context } from './context.ts'

const FOLDER = 'recipes'

export interface ReadRecipes {
  readonly recipes: readonly Recipe[]
  readonly files: readonly SourceFile[]
}

/** All there are; none is no mistake. `metrics` are those a recipe may name; absent, they are not known. */
export async function readRecipes(
  files: SpecFiles,
  metrics: readonly string[] | undefined,
  context: Context,
): Promise<ReadRecipes> {
  const read: SourceFile[] = []
  const recipes: Recipe[] = []
  for (const path of await glob(`${FOLDER}/*.yaml`, files)) {
    const yaml = new YamlFile(new SourceFile(path, (await files.read(path)) ?? ''))
    read.push(yaml.file)
    const { document, errors } = validateAgainstSchema('recipe', yaml)
    context.diagnostics.push(...errors)
    const recipe = document && recipeOf(document, yaml, metrics, context)
    if (recipe && !isTwice(recipe, recipes, yaml, context)) recipes.push(recipe)
  }
  return { recipes, files: read }
}

function recipeOf(
  { segment, flow, summary, definition }: Document,
  yaml: YamlFile,
  metrics: readonly string[] | undefined,
  context: Context,
): Recipe | undefined {
  const name = segment ?? flow
  if (name === undefined || (segment !== undefined && flow !== undefined)) {
    const help = 'write "segment: NAME" or "flow: NAME"'
    context.error(yaml, yaml.keySpan([]), { code: 'recipe/kind', message: 'a recipe is a segment or a flow', help })
    return undefined
  }
  const named = [...metricsIn(definition as JsonObject, ['definition'])]
  for (const { metric, path } of named) {
    if (metrics?.includes(metric) === false) unknown(metric, path, yaml, metrics, context)
  }
  if (named.length === 0) {
    const help = "where the destination wants a metric's id, write { metric: NAME }"
    context.warn(yaml, yaml.keySpan(['definition']), { code: 'recipe/no-metric', message: 'it names no metric', help })
  }
  return {
    id: basename(yaml.file.path).replace(/\.yaml$/, ''),
    kind: segment === undefined ? 'flow' : 'segment',
    name,
    summary,
    metrics: [...new Set(named.map(({ metric }) => metric))],
    definition: definition as JsonObject,
  }
}

function unknown(metric: string, path: Path, yaml: YamlFile, metrics: readonly string[], context: Context): void {
  const message = `there is no metric "${metric}"`
  context.error(yaml, yaml.span(path), { code: 'recipe/unknown-metric', message, help: suggest(metric, metrics) })
}

/** Of one name only one would ever be made: the other would be found to exist. */
function isTwice({ kind, name }: Recipe, others: readonly Recipe[], yaml: YamlFile, context: Context): boolean {
  const other = others.find((one) => one.kind === kind && one.name === name)
  if (other === undefined) return false
  const message = `a ${kind} of this name is made in ${FOLDER}/${other.id}.yaml already`
  context.error(yaml, yaml.span([kind]), { code: 'recipe/duplicate-name', message })
  return true
}

function* metricsIn(value: Json | undefined, path: Path): Generator<{ readonly metric: string; readonly path: Path }> {
  const metric = metricOf(value)
  if (metric !== undefined) yield { metric, path: [...path, 'metric'] }
  else if (typeof value === 'object' && value !== null) {
    const steps = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
    for (const [step, inner] of steps) yield* metricsIn(inner as Json, [...path, step])
  }
}
