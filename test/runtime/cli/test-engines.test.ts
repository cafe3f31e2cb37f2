/** `test` by other engines, as one, and with the variants of each case. */
import { spawn } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, test } from 'vitest'
import { cliApp } from '../../../connector/cli-app.ts'
import { loaders } from '../../../runtime/cli/loaders.ts'
import { systemClock } from '../../../runtime/system.ts'
import { type FakeSetup, runCommand } from '../../helpers/cli-fake.ts'
import { caseOf } from '../../helpers/conformance/reports.ts'

const CASES = `metric: Rated Conversation
given:
  topic: conversation.rating.added
  item: { type: conversation, id: "1", created_at: 1768032000, conversation_rating: { rating: 5, created_at: 1768032000 }, user: { id: c1 } }
  lookups: { contact: [{ item: { type: contact, id: c1, email: ada@example.com } }] }
cases:
  - name: a rating
    expect: [{ has: { Conversation Rating: 5 } }]
  - name: not rated
    given: { set: { conversation_rating: null } }
    expect: []
`
/** An engine that finds nothing in any case, or fails. */
const ENGINE = `import { createInterface } from 'node:readline'
for await (const line of createInterface({ input: process.stdin })) {
  const { id } = JSON.parse(line)
  if (process.argv[2] === 'fail') throw new Error('out of order')
  console.log(JSON.stringify({ id, occurrences: [] }))
}
`

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'engines-'))
  await writeFile(join(cwd, 'rated.yaml'), CASES)
  await writeFile(join(cwd, 'engine.mjs'), ENGINE)
})

const run = (argv: readonly string[], setup: FakeSetup = {}) =>
  runCommand(argv, { app: cliApp, load: loaders, env: {}, cwd, clock: systemClock, ...setup })

describe('settings of a case', () => {
  const withSettings = (settings: string, expected: string) =>
    writeFile(
      join(cwd, 'settings.yaml'),
      `${CASES.split('cases:')[0]}cases:
  - name: as the spec has it
    expect: [{ has: { Conversation Rating: 5 } }]
  - name: of its own
    given: { settings: ${settings} }
    expect: [${expected}]
`,
    )

  test.each([
    ['ours', []],
    ['another process', ['--with', 'CONNECTOR']],
  ])('are laid over the spec: %s', async (_, args) => {
    await withSettings('{ people: { exclude: { domains: [example.com] } } }', '{ skipped: excluded-domain }')
    const self = `"${process.execPath}" "${fileURLToPath(new URL('../../../scripts/source.mjs', import.meta.url))}" test --engine`
    const options = args.map((one) => (one === 'CONNECTOR' ? self : one))
    const { exit, out } = await run(['test', 'settings.yaml', '--no-variants', ...options])
    expect(out).toMatch(/Cases +2 passed/)
    expect(exit).toBe(0)
  })

  test('that the spec cannot have are an error at their place', async () => {
    await withSettings('{ people: { exclud: [] } }', '')
    const { exit, err } = await run(['test', 'settings.yaml'])
    expect(exit).toBe(3)
    expect(err).toContain('settings.yaml:10:24: error: unknown key "exclud" in "people" [cases/settings]')
    expect(err).toContain('did you mean "exclude"?')
  })
})

describe('--with', () => {
  const command = `"${process.execPath}" engine.mjs`

  test('compares what another implementation answers', async () => {
    const { exit, out } = await run(['test', 'rated.yaml', '--with', command, '--json'])
    expect(exit).toBe(1)
    expect(JSON.parse(out).cases).toMatchObject([
      { name: 'a rating', passed: false, checks: [{ differences: [{ kind: 'missing' }] }, {}] },
      { name: 'not rated', passed: true },
    ])
  })

  test('tells what it wrote when it fails', async () => {
    const { exit, out } = await run(['test', 'rated.yaml', '--with', `${command} fail`])
    expect(exit).toBe(1)
    expect(out).toMatch(/the engine failed: .* ended \(exit code 1\) before it answered/)
    expect(out).toContain('out of order')
  })

  test('writes nothing into cases', async () => {
    expect(await run(['test', 'rated.yaml', '--with', command, '--update'])).toMatchObject({ exit: 2 })
  })
})

describe('--engine', () => {
  const { input } = caseOf({ record: { topic: 'conversation.rating.added', body: {} } })

  test('answers each case on a line', async () => {
    const { exit, out } = await run(['test', '--engine'], {
      stdin: `${JSON.stringify(input)}\n\n${JSON.stringify(input)}\n`,
    })
    expect(exit).toBe(0)
    const lines = out.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).id)).toEqual([input.id, input.id])
  })

  test('names a line that is no case', async () => {
    const { exit, err } = await run(['test', '--engine'], { stdin: 'hello\n' })
    expect({ exit, err }).toEqual({ exit: 1, err: 'error: line 1 is no JSON; write one case a line\n' })
  })
})

describe('variants', () => {
  test('are counted, and left out on request', async () => {
    const checksOf = async (...argv: string[]) => {
      const { out } = await run(['test', 'rated.yaml', '--json', ...argv])
      return JSON.parse(out).cases[0].checks.map(({ name }: { name: string }) => name)
    }
    expect(await checksOf()).toEqual(['webhook', 'replay', 'webhook: variants', 'replay: variants'])
    expect(await checksOf('--no-variants')).toEqual(['webhook', 'replay'])
  })

  test('in other zones and locales, by processes of the same spec', async () => {
    const started: unknown[] = []
    const startSelf: FakeSetup['startSelf'] = (args, env) => {
      started.push({ args, env })
      return spawn(process.execPath, ['engine.mjs'], { cwd, stdio: 'pipe' })
    }
    const { exit, out } = await run(['test', 'rated.yaml'], { startSelf })
    expect(started).toMatchObject([
      { args: ['test', '--engine', expect.any(String)], env: { TZ: 'Pacific/Auckland' } },
      { args: ['test', '--engine', expect.any(String)], env: { TZ: 'America/St_Johns' } },
    ])
    // The other engine finds nothing, so the case that expects an event differs.
    expect(exit).toBe(1)
    expect(out).toMatch(/TZ=Pacific\/Auckland .*other occurrences/)
    expect(out).toMatch(/Cases +1 failed, 1 passed/)
  })
})
