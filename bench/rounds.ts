/** Contestants measured in turn, round by round, so that a busy moment of the machine hits all of them. */
import { Bench } from 'tinybench'

export interface Contestant {
  readonly name: string
  /** Does the work `operations` times. */
  run(): unknown
  readonly operations: number
}

export interface Measured {
  readonly name: string
  /** Microseconds of processor time for one operation: the median of the rounds' medians. */
  readonly micros: number
  /** Its time over the first contestant's, compared within each round; the median. */
  readonly ratio: number
}

/** `ms`: how long each runs in each round, at least, in processor time. */
export async function rounds(
  contestants: readonly Contestant[],
  { rounds = 11, ms = 100 } = {},
): Promise<readonly Measured[]> {
  const bench = new Bench({
    now: processorTime,
    time: ms,
    iterations: 3,
    warmup: false,
    warmupTime: 10 * ms,
    throws: true,
  })
  for (const { name, run } of contestants) bench.add(name, run)
  const times = contestants.map((): number[] => [])
  // Long enough for the engine to have compiled all of them. Twice, since what runs later undoes assumptions.
  for (const task of [...bench.tasks, ...bench.tasks]) await task.warmup()
  for (let round = 0; round < rounds; round++) {
    for (const turn of contestants.keys()) {
      const i = (turn + round) % contestants.length
      times[i]?.push(await once(bench, i, contestants[i]?.operations ?? 1))
    }
  }
  return contestants.map(({ name }, i) => {
    const mine = times[i] ?? []
    return { name, micros: median(mine), ratio: median(mine.map((time, r) => time / (times[0]?.[r] ?? time))) }
  })
}

async function once(bench: Bench, i: number, operations: number): Promise<number> {
  const task = bench.tasks[i]
  task?.reset()
  const result = (await task?.run())?.result
  if (result?.state !== 'completed' || result.latency === undefined)
    throw new Error(`${task?.name} did not end: ${result?.state}`)
  return (result.latency.p50 * 1000) / operations
}

/** Milliseconds of this process, which a busy machine does not stretch. What the engine does beside it counts, too. */
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
