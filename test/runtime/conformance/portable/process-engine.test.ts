/** Another program runs cases over its standard input and output: our engine, and one in another language. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { loadCases } from '../../../../runtime/conformance/cases/load-cases.ts'
import { compareCase } from '../../../../runtime/conformance/compare/compare-case.ts'
import { createMapEngine } from '../../../../runtime/conformance/engine/map-engine.ts'
import { createProcessEngine } from '../../../../runtime/conformance/portable/process-engine.ts'
import type { CaseEngine } from '../../../../runtime/conformance/types.ts'
import { systemClock } from '../../../../runtime/system.ts'
import { caseParts, engineParts } from '../../../helpers/conformance/small-spec.ts'

const pathTo = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url))
const fixture = pathTo('fixtures/conformance/resolved-ticket.py')
const text = readFileSync(pathTo('fixtures/conformance/resolved-ticket.yaml'), 'utf8')
const { cases, diagnostics } = await loadCases([{ path: 'tests/resolved-ticket.yaml', text }], caseParts)

const opened: CaseEngine[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((engine) => engine.close()))
})

function open(command: string, args: readonly string[], timeout = 30_000): CaseEngine {
  const engine = createProcessEngine({ name: command, spawn: () => spawn(command, args), clock: systemClock, timeout })
  opened.push(engine)
  return engine
}

const python = (...options: string[]) => open('python3', [fixture, ...options])

async function failuresOf(engine: CaseEngine): Promise<readonly string[]> {
  const failed: string[] = []
  for (const resolved of cases) {
    const run = { resolved, result: await engine.run(resolved.input) }
    const differences = compareCase(run, { spec: engineParts.spec, foreignCodes: true })
    if (differences.length > 0) failed.push(resolved.input.id.replace('tests/resolved-ticket.yaml: ', ''))
  }
  return failed
}

test('there are cases by each ingress', () => {
  expect(diagnostics).toEqual([])
  expect(new Set(cases.map(({ ingress }) => ingress))).toEqual(new Set(['webhook', 'backfill', 'replay']))
})

test('the cases pass in this process', async () => {
  expect(await failuresOf(createMapEngine(engineParts))).toEqual([])
})

test('our engine gives the same in another process', async () => {
  const other = open(process.execPath, ['--import', 'tsx', pathTo('helpers/conformance/serve-engine.ts')])
  const own = createMapEngine(engineParts)
  for (const { input } of cases)
    expect(await other.run(input)).toEqual(JSON.parse(JSON.stringify(await own.run(input))))
})

describe('an engine in another language', () => {
  test('passes', async () => expect(await failuresOf(python())).toEqual([]))

  test('with a bug, fails the cases that show it and no other', async () => {
    const twice = ['webhook', 'backfill', 'replay'].map((ingress) => `resolved twice (${ingress})`)
    const key = ['webhook', 'backfill', 'replay'].map((ingress) => `resolved once (${ingress})`)
    expect([...(await failuresOf(python('--bug')))].sort()).toEqual([...twice, ...key].sort())
  })
})

const [first] = cases

/** The message of the error. */
async function failure(engine: CaseEngine): Promise<string> {
  if (first === undefined) throw new Error('no case')
  return engine.run(first.input).then(
    () => 'no error',
    (error: Error) => error.message,
  )
}

test.each([
  ['--early-exit', 'python3 ended (exit code 3) before it answered\n  its last messages:\n    no licence found'],
  ['--noise', 'the engine wrote a line that is no JSON\n  its line: starting up …'],
  [
    '--wrong-id',
    'the engine answered the case "another case", and another one was due\n  its line: {"id": "another case"',
  ],
  ['--wrong-time', 'occurrence 1 of the result is wrong: "time" is no time in ISO 8601 with milliseconds'],
])('%s is told with the line and the last messages', async (option, message) => {
  expect(await failure(python(option))).toContain(message)
})

test('a program that gives no answer in time is ended', async () => {
  const engine = open('python3', [fixture, '--silent'], 2_000)
  expect(await failure(engine)).toBe('python3 gave no answer within 2 s\n  its last messages:\n    waiting for a lock')
})

test('a program that cannot be started is told, and is not started for ever', async () => {
  const engine = open('no-such-program', [])
  for (let run = 0; run < 3; run++) expect(await failure(engine)).toContain('no-such-program cannot be started')
  expect(await failure(engine)).toBe('not run: no-such-program failed 3 times in a row, so it was not started again')
})

test('a program that failed one case is started again for the next', async () => {
  if (first === undefined) throw new Error('no case')
  const engine = python()
  await expect(engine.run({ ...first.input, steps: 1 as never })).rejects.toThrow('exit code 1')
  expect(await engine.run(first.input)).toMatchObject({ id: first.input.id })
})
