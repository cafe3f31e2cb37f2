/** Explains properties: the value of each, what its expression read, or why it is left out. */
import type { Bindings } from '../../expression/expression.ts'
import type { Json } from '../../ports/types.ts'
import type { Property } from '../../spec/spec.ts'
import { createPropertyEvaluator, type EvaluateProperties, isMissing } from '../property-values.ts'
import { type ExpressionReading, readExpression, toFaultReading } from './read-expression.ts'

export interface PropertyExplanation extends ExpressionReading {
  readonly name: string
  /** `left-out`: the value is absent. `skips-event`: so is it, and the mapping then sends no event. */
  readonly status: 'sent' | 'default' | 'left-out' | 'skips-event' | 'failed'
  /** The skip reason of a missing value. */
  readonly reason?: string
  /** Names of the lookups that it reads. */
  readonly lookups: readonly string[]
}

export interface PropertiesToExplain {
  readonly item: Json
  readonly bound: Bindings
  /** Names of all lookups. */
  readonly lookups: ReadonlySet<string>
}

export async function explainProperties(
  properties: readonly Property[],
  values: PropertiesToExplain,
): Promise<readonly PropertyExplanation[]> {
  return Promise.all(properties.map((property) => explainProperty(property, values)))
}

async function explainProperty(
  property: Property,
  { item, bound, lookups }: PropertiesToExplain,
): Promise<PropertyExplanation> {
  const { name, expr, whenMissing } = property
  const { value, ...reading } = await readExpression(expr, item, bound)
  const base = { name, ...reading, lookups: [...expr.variables].filter((one) => lookups.has(one)) }
  if (base.fault !== undefined) return { ...base, status: 'failed' }
  if (isMissing(value)) {
    if (whenMissing.action === 'default') return { ...base, status: 'default', value: whenMissing.value }
    if (whenMissing.action === 'skip') return { ...base, status: 'skips-event', reason: whenMissing.reason }
    return { ...base, status: 'left-out' }
  }
  try {
    // Converts it as the event's own evaluation does.
    const { [name]: sent } = await evaluatorOf(property)(item, bound)
    return sent === undefined ? { ...base, status: 'left-out' } : { ...base, status: 'sent', value: sent }
  } catch (error) {
    return { ...base, status: 'failed', fault: toFaultReading(error) }
  }
}

/** Compiling takes longer than the rest of an explanation. */
const evaluators = new WeakMap<Property, EvaluateProperties>()

function evaluatorOf(property: Property): EvaluateProperties {
  const evaluate = evaluators.get(property) ?? createPropertyEvaluator([property])
  evaluators.set(property, evaluate)
  return evaluate
}
