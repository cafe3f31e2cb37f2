/** `test`: runs case files offline, reports, updates, watches; its exit codes and messages. */
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { cliApp } from '../../../connector/cli-app.ts'
import { loaders } from '../../../runtime/cli/loaders.ts'
import { type FakeSetup, runCommand } from '../../helpers/cli-fake.ts'
import { readXml } from '../../helpers/conformance/xml.ts'

const CASES = `metric: Rated Conversation
given:
  topic: conversation.rating.added
  stream: conversations
  fixture: fixtures/conversation.json
  lookups:
    contact: [{ item: { type: contact, id: c1, email: ada@example.com } }]
cases:
  - name: a rating          # the common case
    expect:
      - key: rated-conversation:1:2026-01-10T08:00:00
        has: { Conversation Rating: 5 }   # of five
  - name: not rated
    given: { set: { conversation_rating: null } }
    expect: []
`
const CONVERSATION = {
  type: 'conversation',
  id: '1',
  created_at: 1768032000,
  updated_at: 1768032100,
  title: 'Hello',
  contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: 'c1' }] },
  conversation_rating: { rating: 5, created_at: 1768032000, updated_at: 1768032050, contact: { id: 'c1' } },
}

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'cases-'))
  await mkdir(join(cwd, 'tests/fixtures'), { recursive: true })
  await writeFile(join(cwd, 'tests/rated.yaml'), CASES)
  await writeFile(join(cwd, 'tests/fixtures/conversation.json'), JSON.stringify(CONVERSATION))
})

/** Without credentials; any request fails the test. */
const run = (argv: readonly string[], setup: FakeSetup = {}) =>
  runCommand(argv, { app: cliApp, load: loaders, env: {}, cwd, ...setup })

const FAILING = CASES.replace('Rating: 5', 'Rating: 4')

test('passes: a line a file and the counts', async () => {
  const { exit, out, err } = await run(['test', 'tests', '--no-variants'])
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  expect(out).toBe('✓ tests/rated.yaml  2 cases\n\nCases  2 passed\nRuns   8 passed\nTime   0.0 s\n')
})

test('needs no credentials, no store and no network', async () => {
  const requests: unknown[] = []
  const fetch = async (request: unknown) => {
    requests.push(request)
    throw new TypeError('no network')
  }
  const load = { ...loaders, store: async () => Promise.reject(new Error('no store')) }
  expect(await run(['test', 'tests'], { fetch, load })).toMatchObject({ exit: 0, err: '' })
  expect({ requests, files: await readdir(cwd) }).toEqual({ requests: [], files: ['tests'] })
})

test('the alias runs the same', async () => {
  expect((await run(['conform', 'tests', '--no-variants'])).out).toBe(
    (await run(['test', 'tests', '--no-variants'])).out,
  )
  expect((await run(['--help'])).out).toMatch(/^ {2}test\|conform \[files\.\.\.\]/m)
})

test('fails with both places, a diff and the command that explains it', async () => {
  await writeFile(join(cwd, 'tests/rated.yaml'), FAILING)
  const { exit, out } = await run(['test', 'tests'])
  expect(exit).toBe(1)
  expect(out).toMatch(/FAIL {2}tests\/rated\.yaml:9:11 {2}a rating/)
  expect(out).toMatch(/Conversation Rating {2}webhook, backfill, reconcile, replay\n {4}- 4\n {4}\+ 5\n/)
  expect(out).toMatch(/mappings\/rated-conversation\.yaml:\d+:\d+\n.*\| +Conversation Rating: \$part\.rating/)
  expect(out).toContain('expected at tests/rated.yaml:11:9')
  expect(out).toContain("connector test tests/rated.yaml --only 'a rating' --explain")
})

test('--explain tells what each mapping made of the record', async () => {
  await writeFile(join(cwd, 'tests/rated.yaml'), FAILING)
  const { out } = await run(['test', 'tests', '--only', 'A RATING', '--explain'])
  expect(out).toMatch(/Conversation Rating = 5 ← \$part\.rating/)
})

describe('--update', () => {
  test('writes what was seen, keeps the rest, and passes', async () => {
    await writeFile(join(cwd, 'tests/rated.yaml'), FAILING)
    const { exit, err } = await run(['test', 'tests', '--update'])
    expect({ exit, err }).toEqual({ exit: 0, err: 'updated tests/rated.yaml:9:11  a rating\n' })
    expect(await readFile(join(cwd, 'tests/rated.yaml'), 'utf8')).toBe(CASES)
  })

  test('changes nothing that passes', async () => {
    const { exit, err } = await run(['test', 'tests', '--update'])
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    expect(await readFile(join(cwd, 'tests/rated.yaml'), 'utf8')).toBe(CASES)
  })

  test('leaves a case whose ingresses differ', async () => {
    const differing = CASES.replace(
      'set: { conversation_rating: null }',
      'webhook: { set: { conversation_rating: null } }',
    )
    await writeFile(join(cwd, 'tests/rated.yaml'), differing)
    const { exit, err } = await run(['test', 'tests', '--update'])
    expect(exit).toBe(1)
    expect(err).toBe('left as it is: tests/rated.yaml:13:11  not rated: its ingresses give different occurrences\n')
    expect(await readFile(join(cwd, 'tests/rated.yaml'), 'utf8')).toBe(differing)
  })
})

describe('for programs', () => {
  beforeEach(() => writeFile(join(cwd, 'tests/rated.yaml'), FAILING))

  test('--json', async () => {
    const { exit, out } = await run(['test', 'tests', '--json'])
    expect(exit).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      passed: 1,
      failed: 1,
      cases: [
        { name: 'a rating', file: 'tests/rated.yaml', line: 9, passed: false },
        { name: 'not rated', passed: true },
      ],
    })
  })

  test('--junit and --tap', async () => {
    const { exit, out } = await run(['test', 'tests', '--junit', 'out/report.xml', '--tap', '--no-variants'])
    expect(exit).toBe(1)
    expect(out).toMatch(/^TAP version 14\n1\.\.8\nnot ok 1 - tests\/rated\.yaml: a rating \(webhook\)\n/)
    const [root] = readXml(await readFile(join(cwd, 'out/report.xml'), 'utf8'))
    expect(root?.attributes).toMatchObject({ tests: '8', failures: '4' })
  })
})

describe('selects', () => {
  test.each([
    [['--only', 'NOT RATED'], ['not rated']],
    [
      ['--metric', 'rated conversation'],
      ['a rating', 'not rated'],
    ],
  ])('%j', async (argv, names) => {
    const { out } = await run(['test', 'tests', '--json', ...argv])
    expect(JSON.parse(out).cases.map(({ name }: { name: string }) => name)).toEqual(names)
  })

  test.each([
    [['--only', 'a ratin7'], 'error: --only: no case has "a ratin7" in its name; did you mean "a rating"?\n'],
    [['--metric', 'Created Ticket'], 'error: --metric: no case expects Created Ticket\n'],
    [['--metric', 'Rated'], /error: unknown metric "Rated"; did you mean "Rated Conversation"\?/],
    [['--tap', '--json'], /choose one/],
    [['--watch', '--json'], /leave out/],
  ])('%j', async (argv, message) => {
    const { exit, err } = await run(['test', 'tests', ...argv])
    expect(exit).toBe(2)
    expect(err).toMatch(message)
  })
})

test('an invalid case file: its errors, and exit code 3', async () => {
  await writeFile(
    join(cwd, 'tests/rated.yaml'),
    CASES.replace('metric: Rated', 'metric: Ratde').replace('expect: []', 'expects: []'),
  )
  const { exit, out, err } = await run(['test', 'tests'])
  expect({ exit, out }).toEqual({ exit: 3, out: '' })
  expect(err).toMatch(/^tests\/rated\.yaml:\d+:\d+: error: .*expects/m)
  expect(err).toMatch(/error: \d errors? in 1 case file; no case was run\n$/)
})

test('no cases: where it looked and how to begin', async () => {
  await mkdir(join(cwd, 'empty'))
  const { exit, err } = await run(['test', 'empty'])
  expect(exit).toBe(1)
  expect(err).toMatch(/^error: no cases found in empty\n/)
  expect(err).toMatch(/connector init.*\n.*docs\/guide\/testing\.md/)
})

test('a file that does not exist', async () => {
  expect(await run(['test', 'tests/rate.yaml'])).toMatchObject({ exit: 2, err: 'error: there is no tests/rate.yaml\n' })
})

test("a spec of one's own: its tests, also from a file in it, and what they do not hold", async () => {
  const overlay = 'metric: Rated Conversation\nproperties:\n  Stars: $part.rating\n  Points: 2 * $part.rating\n'
  await mkdir(join(cwd, 'my-spec/mappings'), { recursive: true })
  await mkdir(join(cwd, 'my-spec/tests'))
  await writeFile(join(cwd, 'my-spec/connector.yaml'), 'extends: intercom-to-klaviyo\n')
  await writeFile(join(cwd, 'my-spec/mappings/rated-conversation.yaml'), overlay)
  const cases = CASES.replace('fixtures/', '../../tests/fixtures/').replace('Conversation Rating: 5', 'Stars: 5')
  await writeFile(join(cwd, 'my-spec/tests/rated.yaml'), cases)
  const whole = await run(['test'], { env: { CONNECTOR_SPEC: 'my-spec' } })
  expect(whole).toMatchObject({ exit: 0, err: '' })
  expect(whole.out).toMatch(/Properties that no case asserts\n {2}Rated Conversation {2}Points\n/)
  expect(whole.out).toMatch(/Asserted +1 of 2 properties/)
  expect((await run(['test', 'my-spec/tests/rated.yaml'])).exit).toBe(0)
  expect((await run(['test', 'my-spec'])).exit).toBe(0)
})

test('--watch runs again after a change, also of a fixture, and outlives errors', async () => {
  const abort = new AbortController()
  const output = { runs: [] as string[], asleep: () => {} }
  // Each sleep ends when the test says so: two looks at files that rest after a change.
  const wake: (() => void)[] = []
  const clock = {
    now: () => Date.now(),
    sleep: () =>
      new Promise<void>((resolve) => {
        wake.push(resolve)
        output.asleep()
      }),
  }
  const next = () =>
    new Promise<void>((resolve) => {
      output.asleep = resolve
      wake.pop()?.()
    })
  const started = new Promise<void>((resolve) => {
    output.asleep = resolve
  })
  const running = run(['test', 'tests', '--watch'], {
    signal: abort.signal,
    clock,
    onOut: (text) => output.runs.push(text),
  })
  const afterChange = async (file: string, text: string) => {
    output.runs.length = 0
    await writeFile(join(cwd, file), text)
    for (let looks = 0; looks < 3; looks++) await next()
    return output.runs.join('')
  }
  await started
  expect(output.runs.join('')).toMatch(/Cases +2 passed/)
  expect(await afterChange('tests/rated.yaml', FAILING)).toMatch(/Cases +1 failed, 1 passed/)
  expect(await afterChange('tests/rated.yaml', `${CASES}  - nothing: else\n`)).toBe('\n')
  expect(await afterChange('tests/rated.yaml', CASES)).toMatch(/Cases +2 passed/)
  const other = JSON.stringify(CONVERSATION).replace('"rating":5', '"rating":3')
  expect(await afterChange('tests/fixtures/conversation.json', other)).toMatch(/\+ 3/)
  expect(await afterChange('tests/more.yaml', CASES)).toMatch(/tests\/more\.yaml/)
  abort.abort()
  wake.pop()?.()
  const { exit, err } = await running
  expect(exit).toBe(0)
  expect(err).toMatch(/error: 2 errors in 1 case file; no case was run\n\nWatching \d+ files\. Ctrl-C ends\./)
})
