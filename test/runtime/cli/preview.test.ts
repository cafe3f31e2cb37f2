import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Preview, PreviewInput } from '../../../runtime/mapping/preview.ts'
import { type FakeSetup, runCommand } from '../../helpers/cli-fake.ts'

const items: Preview['items'] = [
  {
    metric: 'Opened Chat',
    time: '2026-01-01T00:00:00.000Z',
    key: 'w:opened:1',
    profile: { email: 'ada@example.com', location: { city: 'London' }, first_name: 'Ada' },
    properties: { Title: 'Hello', Tags: ['a', 'b'], Number: '5', 'Custom Attributes': { plan: 'pro' } },
    value: 12.5,
    currency: 'EUR',
  },
  { metric: 'Rated Chat', skipped: 'no-rating' },
  { profile: { email: 'ada@example.com' } },
]
const fault = { metric: 'Read Chat', fault: 'expected a number', place: 'mappings/read.yaml:3:7' }

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'cli-'))
  await writeFile(join(cwd, 'item.json'), '\uFEFF{"id": 1}')
  await writeFile(join(cwd, 'bad.json'), '{"name": "Ada"')
  await writeFile(join(cwd, 'people.yaml'), 'contact:\n  - id: "7"\n')
  await writeFile(join(cwd, 'people.json'), '{\n\t"contact": [{ "id": "7" }]\n}')
})

function fakePreview(result: Partial<Preview> = {}, setup: FakeSetup = {}) {
  const calls: PreviewInput[] = []
  const preview = async (input: PreviewInput): Promise<Preview> => {
    calls.push(input)
    return { items, bodies: [{ data: 1 }], notes: ['no lookup "contact" was given'], silences: [], ok: true, ...result }
  }
  return { calls, options: { cwd, env: {}, connector: { preview }, ...setup } }
}

test('needs no credentials; --json prints exactly the items', async () => {
  const { options } = fakePreview()
  const { exit, out, err } = await runCommand(['preview', '--topic', 'chat.opened', 'item.json', '--json'], options)
  expect(exit).toBe(0)
  expect(JSON.parse(out)).toEqual(items)
  expect(err).toBe('note: no lookup "contact" was given\n')
})

test('prints readable text', async () => {
  const { options } = fakePreview({ items: [...items, fault], ok: false })
  const { exit, out } = await runCommand(['preview', '--topic', 'chat.opened', 'item.json'], options)
  expect(exit).toBe(1)
  expect(out).toMatchSnapshot()
})

test('says of each silent mapping why it gives no event', async () => {
  const silences = ['Rated Chat: when is false: state is "open"']
  const { options } = fakePreview({ items: [], notes: [], silences })
  const { out, err } = await runCommand(['preview', '--topic', 'chat.opened', 'item.json'], options)
  expect(out).toBe('No events.\n')
  expect(err).toBe('note: Rated Chat: when is false: state is "open"\n')
})

test.each([[['--request']], [['--request', '--json']]])('%j prints the request bodies', async (flags) => {
  const { options } = fakePreview()
  const { out } = await runCommand(['preview', '--topic', 'chat.opened', 'item.json', ...flags], options)
  expect(JSON.parse(out)).toEqual([{ data: 1 }])
})

test.each([['people.yaml'], ['people.json']])('reads lookups from %s', async (file) => {
  const { calls, options } = fakePreview()
  await runCommand(['preview', '--stream', 'chats', 'item.json', '--lookups', file, '--workspace', 'w'], options)
  expect(calls).toEqual([{ stream: 'chats', data: { id: 1 }, lookups: { contact: [{ id: '7' }] }, workspace: 'w' }])
})

test('reads stdin for "-"', async () => {
  const { calls, options } = fakePreview({}, { stdin: '{"id": 2}' })
  await runCommand(['preview', '--topic', 'chat.opened', '-'], options)
  expect(calls).toEqual([{ topic: 'chat.opened', data: { id: 2 } }])
})

test.each([
  ['bad.json', 'bad.json is not valid JSON'],
  ['-', 'stdin is empty'],
])('%s is rejected', async (file, message) => {
  const { options } = fakePreview()
  const { exit, err } = await runCommand(['preview', '--topic', 'chat.opened', file], options)
  expect(exit).toBe(1)
  expect(err).toContain(message)
  expect(err).not.toContain('Ada')
})

test.each([
  ['--stream', 'chat', 'unknown stream "chat"; did you mean "chats"?'],
  ['--topic', 'chat.opend', 'unknown topic "chat.opend"; did you mean "chat.opened"?'],
])('%s %s is reported as a typo', async (option, word, message) => {
  const { options } = fakePreview()
  const { exit, err } = await runCommand(['preview', option, word, 'item.json'], options)
  expect(exit).toBe(2)
  expect(err).toContain(message)
})

test.each([
  [['item.json', '--topic', 'chat.opened', '--stream', 'chats'], 'preview takes --topic or --stream, not both'],
  [[], 'preview needs a file, --record or --dead: one of them'],
  [['--explain'], 'preview needs a file, --record or --dead: one of them'],
  [['item.json', '--dead'], 'preview needs a file, --record or --dead: one of them'],
  [['--record', '42', '--topic', 'chat.opened'], 'a stored record has its own topic or stream'],
])('%j is wrong usage', async (flags, message) => {
  const { options } = fakePreview()
  const { exit, err } = await runCommand(['preview', ...flags], options)
  expect(err).toContain(message)
  expect(exit).toBe(2)
})
