/** The connector's mapping functions on the shipped spec, with lookups in memory. */
import { functions } from '../../connector/functions/index.ts'
import { loadConnectorSpec } from '../../connector/spec.ts'
import { findReferences } from '../../runtime/expression/check/references.ts'
import type { Expression } from '../../runtime/expression/expression.ts'
import { createInterpreter } from '../../runtime/expression/interpreter/interpreter.ts'
import { isProblem, parseExpression } from '../../runtime/expression/parse.ts'
import { toIsoUtc } from '../../runtime/lib/iso-time.ts'
import { type MaybePromise, mapMaybe } from '../../runtime/lib/maybe-promise.ts'
import { compilePlan } from '../../runtime/mapping/compile-plan.ts'
import { findOccurrences, identifyOccurrence } from '../../runtime/mapping/occurrences.ts'
import { findSkipReason } from '../../runtime/mapping/skip-rules.ts'
import type { Json } from '../../runtime/ports/types.ts'
import { type Result, type Sample, WORKSPACE } from './samples.ts'

/** Does what `mapEvent` does for one occurrence, without fetching, ledger and store. */
export async function connectorMapper(
  metric: string,
  engine = (expression: Expression) => expression,
): Promise<(sample: Sample) => MaybePromise<Result>> {
  const spec = withEngine(await loadConnectorSpec(), engine)
  const mapping = spec.mappings.find((candidate) => candidate.metric === metric)
  if (mapping === undefined) throw new Error(`no mapping for ${metric}`)
  const plans = compilePlan(spec)
  const planned = plans.planOf(mapping)
  return (sample) => {
    const { item, contact: person, admin, team, tag } = sample as unknown as Readonly<Record<keyof Sample, Json>>
    return mapMaybe(findOccurrences(mapping, item, { workspace: WORKSPACE }), ([one]) => {
      if (one === undefined) return { skipped: 'none' }
      const bound = { workspace: WORKSPACE, part: one.bindings.part, contact: person, admin, team, tag }
      return mapMaybe(identifyOccurrence(planned, item, one.bindings, WORKSPACE), ({ key, ms, contacts }) =>
        mapMaybe(findSkipReason(planned.earlySkips, item, one.bindings), (reason) => {
          if (reason !== undefined || contacts.length === 0) return { skipped: reason ?? 'no-contact' }
          return mapMaybe(plans.profile.evaluate.live(person, bound), (profile) =>
            mapMaybe(planned.properties(item, bound), (properties) => ({
              ...{ metric, key, time: toIsoUtc(ms), profile, properties },
            })),
          )
        }),
      )
    })
  }
}

/** The same expression on JSONata's interpreter. */
export function onInterpreter(expr: Expression): Expression {
  const parsed = parseExpression(expr.text)
  if (isProblem(parsed)) throw new Error(expr.text)
  const names = new Set(findReferences(parsed.root).map(({ name }) => name))
  const run = createInterpreter(parsed, { functions, names, variables: expr.variables })
  const { text, place, variables } = expr
  return { text, place, variables, evaluate: (input, bindings = {}) => run(input, bindings) }
}

/** A copy of the value with every expression replaced. */
function withEngine<T>(value: T, engine: (expression: Expression) => Expression): T {
  const each = <V>(one: V): V => withEngine(one, engine)
  if (value instanceof Map) return new Map([...value].map(([name, one]) => [name, each(one)])) as T
  if (value instanceof Set || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(each) as T
  if ('evaluate' in value) return engine(value as unknown as Expression) as T
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, each(one)])) as T
}
