/** The portable contract, as our engine serves it. */
import { expect, test } from 'vitest'
import { serveCases } from '../../../../runtime/conformance/portable/serve-cases.ts'
import type { CaseEngine } from '../../../../runtime/conformance/types.ts'

const engine: CaseEngine = { run: async ({ id }) => ({ id, occurrences: [] }), close: async () => {} }

async function serve(...lines: readonly string[]): Promise<string> {
  let written = ''
  async function* read() {
    yield* lines
  }
  await serveCases(engine, {
    lines: read(),
    write: (text) => {
      written += text
    },
  })
  return written
}

const input = (id: string) => JSON.stringify({ version: 1, id, workspace: 'w', lookups: {}, steps: [] })

test('one result a line, in order', async () => {
  expect(await serve(input('a'), '', input('b'))).toBe('{"id":"a","occurrences":[]}\n{"id":"b","occurrences":[]}\n')
})

test.each([
  ['{', 'line 2 is no JSON'],
  ['[]', 'line 2 is no case'],
  ['{"id":"a"}', 'it has no "id" or no "steps"'],
  ['{"id":"a","steps":[],"version":2}', 'line 2 is of version 2 of the contract; this engine speaks 1'],
])('%s ends it', async (line, message) => {
  await expect(serve(input('a'), line)).rejects.toThrow(message)
})
