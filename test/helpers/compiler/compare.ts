/** The law of the compiler: it gives what the interpreter gives, or it gives nothing and leaves it to the interpreter. */
import fc from 'fast-check'
import type { CompiledProgram } from '../../../runtime/expression/compiler/program.ts'
import type { Limits } from '../../../runtime/expression/compiler/runtime/limits.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import { expression } from './arbitrary.ts'
import { bindings, input } from './data.ts'
import { type Engines, engines, exact, freeze, interpret, isRefused, type Outcome, run } from './engines.ts'

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
  for (const [i, given] of inputs.entries()) {
    const pair: Pair = { text, both, program: both.compiled, read: () => readGiven(given) }
    const difference = (await compare(pair, tally)) ?? (i === 0 ? await compareFrozen(pair) : undefined)
    if (difference !== undefined) return { text, input: given[0], bindings: JSON.stringify(given[1]), ...difference }
  }
  return undefined
}

interface Pair {
  readonly text: string
  readonly both: Engines
  readonly program: CompiledProgram
  /** Anew each time, for whoever writes to it. */
  read(): [Json, Record<string, Json | undefined>]
}

const readGiven = ([json, { x, v }]: Group[1][number]): ReturnType<Pair['read']> => [
  JSON.parse(json),
  { x: JSON.parse(x), v: v === undefined ? undefined : JSON.parse(v) },
]

type Sides = Pick<Difference, 'interpreted' | 'compiled'>

const shown = (it: Outcome): string => ('fails' in it ? it.fails : exact(it.gives))

async function compare({ both, program, read }: Pair, tally: Tally): Promise<Sides | undefined> {
  // Frozen, so that whoever writes to it fails.
  const given = freeze(read())
  const compiled = run(program, ...given)
  const interpreted = await interpret(both.interpreted, ...read())
  if ('fails' in compiled) {
    if ('fails' in interpreted) tally.failed++
    else tally.rerun++
    return undefined
  }
  // Once more, with the first result frozen, too: nothing of it may be written to later.
  freeze(compiled.gives)
  const again = run(program, ...given)
  const [left, right, twice] = [shown(compiled), shown(interpreted), shown(again)]
  if (left !== right || 'fails' in interpreted) return { interpreted: right, compiled: left }
  if (left !== twice) return { interpreted: right, compiled: `the second time ${twice}` }
  tally.same++
  return undefined
}

/** The interpreter as it is used: on inputs that must stay as they are. */
async function compareFrozen({ text, both, read }: Pair): Promise<Sides | undefined> {
  const given = read()
  // A copy has no such member.
  if (text.includes('__proto__') || JSON.stringify(given).includes('__proto__')) return undefined
  const interpreted = await interpret(both.interpreted, ...given)
  const careful = await interpret(both.careful, ...freeze(read()))
  // Parts of a list or an object are evaluated side by side, so of two errors either may come first.
  const bothFail = 'fails' in careful && 'fails' in interpreted
  const isWrong = bothFail
    ? /read only|extensible|Cannot delete/.test(careful.fails)
    : shown(careful) !== shown(interpreted)
  if (!isWrong) return undefined
  return { interpreted: shown(interpreted), compiled: `interpreted on what is frozen: ${shown(careful)}` }
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
