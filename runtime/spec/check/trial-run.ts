/** Runs each expression on made-up records, with all fields and with those only that are always there: what fails is told. */
import type { FieldType, Kind } from '../../expression/check/field-type.ts'
import type { KnownShape, Shape } from '../../expression/check/shape.ts'
import type { Value } from '../../expression/check/value.ts'
import type { Bindings, Expression } from '../../expression/expression.ts'
import { toFault } from '../../ports/fault.ts'
import type { Json } from '../../ports/types.ts'
import type { DiagnosticText } from '../diagnostic.ts'

export interface Trial {
  readonly expression: Expression
  readonly input: Shape
  readonly variables: ReadonlyMap<string, Value>
  warn(text: DiagnosticText): void
}

/** In the order of the records, so that the first failure is the plainest. */
const RECORDS = [
  { optional: true, words: 'all fields are there' },
  { optional: false, words: 'the fields that may be absent are absent' },
] as const

export async function runTrials(trials: readonly Trial[]): Promise<void> {
  for (const trial of trials) await runTrial(trial)
}

async function runTrial({ expression, input, variables, warn }: Trial): Promise<void> {
  for (const { optional, words } of RECORDS) {
    const bindings = Object.fromEntries(
      [...variables].map(([name, { shape }]) => [name, createSample(shape, optional)] as const),
    )
    const failure = await findFailure(expression, createSample(input, optional) ?? {}, bindings)
    if (failure === undefined) continue
    warn({
      code: 'expression/fails',
      message: `this fails for a record in which ${words}: ${failure}`,
      help: 'such a record would be a failed event: convert the value, or test its type first',
    })
    return
  }
}

/** Wrong types only (codes T…): whether a text is a number or a date, say, depends on the text. */
async function findFailure(expression: Expression, input: Json, bindings: Bindings): Promise<string | undefined> {
  try {
    await expression.evaluate(input, bindings)
    return undefined
  } catch (error) {
    const { code, message } = toFault(error)
    return /^expression\/T\d/.test(code) ? message.replace('the expression failed: ', '') : undefined
  }
}

/** Undefined: nothing is known of it, or it may be absent. Fields that `*` stands for are left out. */
function createSample(shape: KnownShape, optional: boolean): Json | undefined {
  if (shape === undefined) return undefined
  const members = [...shape.fields].flatMap(([name, inner]) => {
    const type = shape.types.get(name)
    const one = inner === undefined ? type && sampleOf(type, optional) : createSample(inner, optional)
    if (one === undefined || name === '*') return []
    return [[name, shape.lists.has(name) ? [one] : one] as const]
  })
  return Object.fromEntries(members)
}

const SAMPLES: Readonly<Record<Kind, Json>> = {
  text: 'text',
  number: 1,
  boolean: true,
  seconds: 1_700_000_000,
  milliseconds: 1_700_000_000_000,
  duration: 3600,
  date: '2026-01-01T00:00:00.000Z',
}

function sampleOf({ kinds, values, isOptional }: FieldType, optional: boolean): Json | undefined {
  if (isOptional && !optional) return undefined
  const [kind] = kinds
  return values?.[0] ?? (kind && SAMPLES[kind])
}
