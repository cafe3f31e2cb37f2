/** Compares the engines: compiled code must give the value of the interpreter, or fall back to it. */
import fc from 'fast-check'
import type { CompiledProgram } from '../../../runtime/expression/compiler/program.ts'
import type { Limits } from '../../../runtime/expression/compiler/runtime/limits.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import { arbitraryExpression } from './arbitrary.ts'
import { arbitraryBindings, arbitraryInput } from './data.ts'
import {
  createEngines,
  deepFreeze,
  type Engines,
  type EvaluationResult,
  isNotCompilable,
  runCompiled,
  runInterpreted,
  toExactText,
} from './engines.ts'

export interface ComparisonTally {
  readonly seed: number
  pairs: number
  compiled: number
  /** The pairs that are not compiled, by reason. */
  readonly notCompiled: Record<string, number>
  /** Both give the same value. */
  equal: number
  /** Both fail. */
  failed: number
  /** Compiled code fell back to the interpreter, which found a value: correct, but slow. */
  fallbacks: number
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

interface BindingTexts {
  readonly x: string
  readonly v: string | undefined
}

/** An expression with several inputs, since generating an expression takes longer than running it. */
type Group = readonly [text: string, inputs: readonly (readonly [input: string, bindings: BindingTexts])[]]

/** Counts a group of pairs, and returns the first difference. */
async function compareGroup([text, inputs]: Group, tally: ComparisonTally): Promise<Difference | undefined> {
  const both = createEngines(text, limits)
  if (both === undefined) return undefined
  tally.pairs += inputs.length
  if (isNotCompilable(both.compiled)) {
    tally.notCompiled[both.compiled.reason] = (tally.notCompiled[both.compiled.reason] ?? 0) + inputs.length
    return undefined
  }
  tally.compiled += inputs.length
  for (const [i, texts] of inputs.entries()) {
    const pair: Pair = { text, both, program: both.compiled, read: () => parsePair(texts) }
    const difference = (await compare(pair, tally)) ?? (i === 0 ? await compareFrozen(pair) : undefined)
    if (difference !== undefined) return { text, input: texts[0], bindings: JSON.stringify(texts[1]), ...difference }
  }
  return undefined
}

interface Pair {
  readonly text: string
  readonly both: Engines
  readonly program: CompiledProgram
  /** Parses them anew, since an engine may write to them. */
  read(): [Json, Record<string, Json | undefined>]
}

const parsePair = ([json, { x, v }]: Group[1][number]): ReturnType<Pair['read']> => [
  JSON.parse(json),
  { x: JSON.parse(x), v: v === undefined ? undefined : JSON.parse(v) },
]

type DifferingResults = Pick<Difference, 'interpreted' | 'compiled'>

const format = (result: EvaluationResult): string => ('error' in result ? result.error : toExactText(result.value))

async function compare({ both, program, read }: Pair, tally: ComparisonTally): Promise<DifferingResults | undefined> {
  // Frozen, so that writing to it fails.
  const args = deepFreeze(read())
  const compiled = runCompiled(program, ...args)
  const interpreted = await runInterpreted(both.reference, ...read())
  if ('error' in compiled) {
    if ('error' in interpreted) tally.failed++
    else tally.fallbacks++
    return undefined
  }
  // Again, with the first result frozen as well: a later evaluation must not write to it.
  deepFreeze(compiled.value)
  const again = runCompiled(program, ...args)
  const [left, right, twice] = [format(compiled), format(interpreted), format(again)]
  if (left !== right || 'error' in interpreted) return { interpreted: right, compiled: left }
  if (left !== twice) return { interpreted: right, compiled: `second evaluation: ${twice}` }
  tally.equal++
  return undefined
}

/** Our interpreter on frozen inputs, against plain JSONata. */
async function compareFrozen({ text, both, read }: Pair): Promise<DifferingResults | undefined> {
  const args = read()
  // Copying the input drops this member.
  if (text.includes('__proto__') || JSON.stringify(args).includes('__proto__')) return undefined
  const reference = await runInterpreted(both.reference, ...args)
  const interpreted = await runInterpreted(both.interpreted, ...deepFreeze(read()))
  // JSONata evaluates the members of an array or an object concurrently, so either of two errors may come first.
  const bothFail = 'error' in interpreted && 'error' in reference
  const isWrong = bothFail
    ? /read only|extensible|Cannot delete/.test(interpreted.error)
    : format(interpreted) !== format(reference)
  if (!isWrong) return undefined
  return { interpreted: format(reference), compiled: `interpreted on frozen input: ${format(interpreted)}` }
}

export const emptyTally = (seed: number): ComparisonTally => ({
  ...{ seed, pairs: 0, compiled: 0, notCompiled: {}, equal: 0, failed: 0, fallbacks: 0, differences: [] },
})

/** Compares this many pairs, and shrinks the first differences. */
export async function compareEngines(
  pairs: number,
  seed: number,
  log: (line: string) => void,
): Promise<ComparisonTally> {
  const tally = emptyTally(seed)
  log(`seed ${seed}`)
  for (let round = 0; tally.pairs < pairs && tally.differences.length < 20; round++) {
    const uncounted = emptyTally(seed)
    let isCounting = true
    const inputs = fc.array(fc.tuple(arbitraryInput, arbitraryBindings), { minLength: 1, maxLength: 8, size: 'max' })
    const property = fc.asyncProperty(arbitraryExpression, inputs, async (text, each) => {
      if (isCounting && tally.pairs >= pairs) return
      const difference = await compareGroup([text, each], isCounting ? tally : uncounted)
      if (difference === undefined) return
      isCounting = false
      throw new Error('differs')
    })
    const result = await fc.check(property, {
      seed: seed + round,
      numRuns: Math.min(pairs, 1000),
      endOnFailure: false,
    })
    if (result.counterexample !== null) {
      const difference = await compareGroup(result.counterexample as Group, uncounted)
      if (difference !== undefined) tally.differences.push(difference)
      log(`round ${round}, path ${result.counterexamplePath}: ${JSON.stringify(difference, null, 1)}`)
    }
    if (round % 2 === 0) log(`${tally.pairs} pairs, ${tally.compiled} compiled`)
  }
  return tally
}
