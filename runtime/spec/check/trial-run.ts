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
const RECORDS: readonly Sample[] = [
  { optional: true, words: 'all fields are there' },
  { optional: true, areTimesDates: true, words: 'each time is a date' },
  { optional: true, hasTwoItems: true, words: 'lists have two items' },
  { optional: false, words: 'the fields that may be absent are absent' },
]

interface Sample {
  readonly optional: boolean
  /** Of `seconds or date`, which some roads bring as one and some as the other. */
  readonly areTimesDates?: boolean
  /** Absent: each list has one. */
  readonly hasTwoItems?: boolean
  /** Of the second item, whose values differ. */
  readonly isSecond?: boolean
  readonly words: string
}

export async function runTrials(trials: readonly Trial[]): Promise<void> {
  for (const trial of trials) await runTrial(trial)
}

async function runTrial({ expression, input, variables, warn }: Trial): Promise<void> {
  for (const sample of RECORDS) {
    const bindings = Object.fromEntries(
      [...variables].map(([name, { shape, plural }]) => {
        const create = (each: Sample) => createSample(shape, each)
        return [name, plural === 'items' && sample.hasTwoItems ? createItems(create, sample) : create(sample)] as const
      }),
    )
    const failure = await findFailure(expression, createSample(input, sample) ?? {}, bindings)
    if (failure === undefined) continue
    warn({
      code: 'expression/fails',
      message: `this fails for a record in which ${sample.words}: ${failure}`,
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
function createSample(shape: KnownShape, sample: Sample): Json | undefined {
  if (shape === undefined) return undefined
  const members = [...shape.fields].flatMap(([name, inner]) => {
    const type = shape.types.get(name)
    const create = (each: Sample) => (inner === undefined ? type && sampleOf(type, each) : createSample(inner, each))
    const one = create(sample)
    if (one === undefined || name === '*') return []
    return [[name, shape.lists.has(name) ? createItems(create, sample) : one] as const]
  })
  return Object.fromEntries(members)
}

function createItems(create: (sample: Sample) => Json | undefined, sample: Sample): Json[] {
  const items = [create(sample), sample.hasTwoItems ? create({ ...sample, isSecond: true }) : undefined]
  return items.filter((item) => item !== undefined)
}

/** A made-up value of each kind. */
export const SAMPLES: Readonly<Record<Kind, Json>> = {
  text: 'text',
  number: 1,
  boolean: true,
  seconds: 1_700_000_000,
  milliseconds: 1_700_000_000_000,
  duration: 3600,
  date: '2026-01-01T00:00:00.000Z',
}

function sampleOf({ kinds, values, isOptional }: FieldType, sample: Sample): Json | undefined {
  const { optional, areTimesDates, isSecond } = sample
  if (isOptional && !optional) return undefined
  const [first] = kinds
  const kind = areTimesDates && kinds.has('date') ? 'date' : first
  const value = values?.[0] ?? (kind && SAMPLES[kind])
  if (!isSecond) return value
  return typeof value === 'number' ? value + 1 : values || typeof value !== 'string' ? value : `other ${value}`
}
