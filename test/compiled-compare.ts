/** The law of the compiler: it gives what the interpreter gives, or it gives nothing and leaves it to the interpreter. */
import fc from 'fast-check'
import type { Limits } from '../runtime/expression/parse.ts'
import type { Json } from '../runtime/types.ts'
import { bindings, expression, input } from './compiled-arbitrary.ts'
import { type Engines, engines, exact, freeze, interpret, isRefused, run } from './compiled-engines.ts'

export interface Tally {
  readonly seed: number
  pairs: number
  /** Those that are compiled. The others are refused, for these reasons. */
  compiled: number
  readonly refused: Record<string, number>
  /** Those where both give a value, and the same one. */
  same: number
  /** Those where both fail. */
  failed: number
  /** Those left to the interpreter, which then gives a value: right, but slow. */
  rerun: number
  readonly differences: Difference[]
}

export interface Difference {
  readonly text: string
  readonly input: string
  readonly bindings: string
  readonly interpreted: string
  readonly compiled: string
}

const limits: Limits = { steps: 20_000, stack: 200, sequence: 5_000, output: 200_000 }

interface Given {
  readonly x: string
  readonly v: string | undefined
}

/** An expression and its inputs: making one takes longer than running it. */
type Group = readonly [text: string, inputs: readonly (readonly [input: string, bindings: Given])[]]

/** A group of pairs, into the tally. The first difference, or nothing. */
async function compareGroup([text, inputs]: Group, tally: Tally): Promise<Difference | undefined> {
  const both = engines(text, limits)
  if (both === undefined) return undefined
  tally.pairs += inputs.length
  if (isRefused(both.compiled)) {
    tally.refused[both.compiled.reason] = (tally.refused[both.compiled.reason] ?? 0) + inputs.length
    return undefined
  }
  tally.compiled += inputs.length
  for (const [json, given] of inputs) {
    const difference = await compare(text, both, json, given, tally)
    if (difference !== undefined) return difference
  }
  return undefined
}

async function compare(
  text: string,
  both: Engines,
  json: string,
  given: Given,
  tally: Tally,
): Promise<Difference | undefined> {
  if (isRefused(both.compiled)) return undefined
  const read = (): [Json, Record<string, Json | undefined>] => [
    JSON.parse(json),
    { x: JSON.parse(given.x), v: given.v === undefined ? undefined : JSON.parse(given.v) },
  ]
  // Frozen, so that whoever writes to it fails.
  const compiled = run(both.compiled, ...(freeze(read()) as ReturnType<typeof read>))
  const interpreted = await interpret(both, ...read())
  if ('fails' in compiled) {
    if ('fails' in interpreted) tally.failed++
    else tally.rerun++
    return undefined
  }
  const [left, right] = [compiled.gives, 'gives' in interpreted ? interpreted.gives : undefined].map(exact)
  if ('gives' in interpreted && left === right) {
    tally.same++
    return undefined
  }
  const failed = 'fails' in interpreted ? interpreted.fails : String(right)
  return { text, input: json, bindings: JSON.stringify(given), interpreted: failed, compiled: String(left) }
}

export const emptyTally = (seed: number): Tally => ({
  ...{ seed, pairs: 0, compiled: 0, refused: {}, same: 0, failed: 0, rerun: 0, differences: [] },
})

/** Compares so many pairs, and makes the first differences as small as they get. */
export async function compareEngines(pairs: number, seed: number, log: (line: string) => void): Promise<Tally> {
  const tally = emptyTally(seed)
  log(`seed ${seed}`)
  for (let round = 0; tally.pairs < pairs && tally.differences.length < 20; round++) {
    const quiet = emptyTally(seed)
    let counting = true
    const inputs = fc.array(fc.tuple(input, bindings), { minLength: 1, maxLength: 8, size: 'max' })
    const property = fc.asyncProperty(expression, inputs, async (text, each) => {
      if (counting && tally.pairs >= pairs) return
      const difference = await compareGroup([text, each], counting ? tally : quiet)
      if (difference === undefined) return
      counting = false
      throw new Error('differs')
    })
    const result = await fc.check(property, {
      seed: seed + round,
      numRuns: Math.min(pairs, 1000),
      endOnFailure: false,
    })
    if (result.counterexample !== null) {
      const difference = await compareGroup(result.counterexample as Group, quiet)
      if (difference !== undefined) tally.differences.push(difference)
      log(`round ${round}, path ${result.counterexamplePath}: ${JSON.stringify(difference, null, 1)}`)
    }
    if (round % 2 === 0) log(`${tally.pairs} pairs, ${tally.compiled} compiled`)
  }
  return tally
}
