/** Serves an engine by the portable contract: one `CaseInput` a line in, one `CaseResult` a line out, in order. */
import { isObject } from '../../lib/json.ts'
import type { Json } from '../../ports/types.ts'
import { type CaseEngine, type CaseInput, CONTRACT_VERSION } from '../types.ts'

export interface ServeParts {
  /** Lines without their ends. Blank ones are skipped. */
  readonly lines: AsyncIterable<string>
  readonly write: (text: string) => void
}

/** Until the lines end. Throws for a line that is no `CaseInput` of this version: the runner has to be told. */
export async function serveCases(engine: CaseEngine, { lines, write }: ServeParts): Promise<void> {
  let number = 0
  for await (const line of lines) {
    number += 1
    if (line.trim() === '') continue
    const { id, occurrences } = await engine.run(parseInput(line, number))
    write(`${JSON.stringify({ id, occurrences })}\n`)
  }
}

function parseInput(line: string, number: number): CaseInput {
  let input: Json
  try {
    input = JSON.parse(line) as Json
  } catch {
    throw new Error(`line ${number} is no JSON; write one case a line`)
  }
  if (!isObject(input) || typeof input.id !== 'string' || !Array.isArray(input.steps))
    throw new Error(`line ${number} is no case: it has no "id" or no "steps"`)
  if (input.version !== CONTRACT_VERSION) {
    const message = `line ${number} is of version ${JSON.stringify(input.version)} of the contract; this engine speaks ${CONTRACT_VERSION}`
    throw new Error(message)
  }
  return { lookups: {}, ...input } as unknown as CaseInput
}
