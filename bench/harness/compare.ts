/** Measures candidates in turn, round by round, so that a busy moment of the machine hits all of them. */
import { Bench } from 'tinybench'

export interface Candidate {
  readonly name: string
  /** Does the work `operations` times. */
  run(): unknown
  readonly operations: number
}

export interface Measurement {
  readonly name: string
  /** Microseconds of processor time for one operation: the median of the rounds' medians. */
  readonly micros: number
  /** Its time over the first candidate's, compared within each round; the median. */
  readonly ratio: number
}

/** `ms`: minimum processor time of each candidate in each round. */
export async function compare(
  candidates: readonly Candidate[],
  { rounds = 11, ms = 100 } = {},
): Promise<readonly Measurement[]> {
  const bench = new Bench({
    now: processorTime,
    time: ms,
    iterations: 3,
    warmup: false,
    warmupTime: 10 * ms,
    throws: true,
  })
  for (const { name, run } of candidates) bench.add(name, run)
  const times = candidates.map((): number[] => [])
  // Until V8 has compiled all of them. Twice, since later candidates invalidate its assumptions.
  for (const task of [...bench.tasks, ...bench.tasks]) await task.warmup()
  for (let round = 0; round < rounds; round++) {
    for (const position of candidates.keys()) {
      const i = (position + round) % candidates.length
      times[i]?.push(await measureOnce(bench, i, candidates[i]?.operations ?? 1))
    }
  }
  return candidates.map(({ name }, i) => {
    const own = times[i] ?? []
    return { name, micros: median(own), ratio: median(own.map((time, r) => time / (times[0]?.[r] ?? time))) }
  })
}

async function measureOnce(bench: Bench, i: number, operations: number): Promise<number> {
  const task = bench.tasks[i]
  task?.reset()
  const result = (await task?.run())?.result
  if (result?.state !== 'completed' || result.latency === undefined)
    throw new Error(`${task?.name} failed: ${result?.state}`)
  return (result.latency.p50 * 1000) / operations
}

/** Processor milliseconds of this process, unaffected by a busy machine; includes V8's own threads. */
function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}
