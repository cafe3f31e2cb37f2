/** Runs cases by another program, over its standard input and output. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import type { Clock } from '../../ports/effects.ts'
import type { CaseEngine, CaseInput, CaseResult } from '../types.ts'
import { firstSettled } from './first-settled.ts'
import { parseResult } from './parse-result.ts'

export interface ProcessEngineParts {
  /** As it is named in messages. */
  readonly name: string
  readonly spawn: () => ChildProcessWithoutNullStreams
  readonly clock: Clock
  /** Milliseconds for one case; the first one includes the start of the program. */
  readonly timeout: number
}

/** A program that fails is started again for the next case, but not after this many failures in a row. */
const MAX_FAILURES = 3

/** Of what the program wrote to its standard error. */
const MAX_MESSAGES = 10

/** Cases are run one after another. A case fails with an `Error` that quotes the line and the program's last messages. */
export function createProcessEngine(parts: ProcessEngineParts): CaseEngine {
  return new ProcessEngine(parts)
}

class ProcessEngine implements CaseEngine {
  readonly #parts: ProcessEngineParts
  #running: RunningProgram | undefined
  #failures = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: ProcessEngineParts) {
    this.#parts = parts
  }

  run(input: CaseInput): Promise<CaseResult> {
    const turn = this.#last.then(() => this.#runNext(input))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async close(): Promise<void> {
    await this.#last
    await this.#running?.end()
    this.#running = undefined
  }

  async #runNext(input: CaseInput): Promise<CaseResult> {
    const { name } = this.#parts
    if (this.#failures >= MAX_FAILURES)
      throw new Error(`not run: ${name} failed ${MAX_FAILURES} times in a row, so it was not started again`)
    this.#running ??= new RunningProgram(this.#parts)
    try {
      const result = await this.#running.run(input)
      this.#failures = 0
      return result
    } catch (error) {
      this.#failures += 1
      this.#running.kill()
      this.#running = undefined
      throw error
    }
  }
}

class RunningProgram {
  readonly #parts: ProcessEngineParts
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  readonly #messages: string[] = []
  readonly #ended: Promise<string>

  constructor(parts: ProcessEngineParts) {
    this.#parts = parts
    const child = parts.spawn()
    this.#child = child
    this.#lines = iterate(createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }))
    const messages = createInterface({ input: child.stderr })
    messages.on('line', (line) => {
      this.#messages.push(line)
      if (this.#messages.length > MAX_MESSAGES) this.#messages.shift()
    })
    // A program that has ended reads nothing more; its end is told, not that of the pipe.
    child.stdin.on('error', () => {})
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(`${parts.name} cannot be started: ${error.message}`))
      child.once('close', (code, signal) => resolve(`${parts.name} ended (${signal ?? `exit code ${code}`})`))
    })
  }

  async run(input: CaseInput): Promise<CaseResult> {
    const { timeout, clock, name } = this.#parts
    this.#child.stdin.write(`${JSON.stringify(input)}\n`)
    for (;;) {
      const answer = await firstSettled(this.#lines.next(), timeout, clock)
      if (answer === undefined) throw this.#describe(`${name} gave no answer within ${timeout / 1000} s`)
      if (answer.done === true) throw this.#describe(`${await this.#ended} before it answered`)
      if (answer.value.trim() === '') continue
      const result = parseResult(answer.value, input.id)
      if (typeof result !== 'string') return result
      throw this.#describe(result, answer.value)
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Lets it end by itself, as its input does. */
  async end(): Promise<void> {
    this.#child.stdin.end()
    const ended = await firstSettled(this.#ended, this.#parts.timeout, this.#parts.clock)
    if (ended === undefined) this.kill()
  }

  #describe(problem: string, line?: string): Error {
    const quoted = line === undefined ? [] : [`  its line: ${shorten(line)}`]
    const last =
      this.#messages.length === 0 ? [] : ['  its last messages:', ...this.#messages.map((one) => `    ${one}`)]
    return new Error([problem, ...quoted, ...last].join('\n'))
  }
}

/** Keeps lines that arrive before they are asked for. */
const iterate = (lines: Interface): AsyncIterator<string> => lines[Symbol.asyncIterator]()

const MAX_LINE = 200

const shorten = (line: string): string => (line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE)}…`)
