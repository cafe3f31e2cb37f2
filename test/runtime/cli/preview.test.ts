import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Preview, PreviewInput } from '../../../runtime/mapping/preview.ts'
import { type Given, run } from '../../helpers/cli-fake.ts'

const items: Preview['items'] = [
  {
    metric: 'Opened Chat',
    time: '2026-01-01T00:00:00.000Z',
    key: 'w:opened:1',
    profile: { email: 'ada@example.com', location: { city: 'London' }, first_name: 'Ada' },
    properties: { Title: 'Hello', Tags: ['a', 'b'], Number: '5', 'Custom Attributes': { plan: 'pro' } },
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

function previewing(parts: Partial<Preview> = {}, given: Given = {}) {
  const asked: PreviewInput[] = []
  const preview = async (input: PreviewInput): Promise<Preview> => {
    asked.push(input)
    return { items, bodies: [{ data: 1 }], notes: ['no lookup "contact" was given'], ok: true, ...parts }
  }
  return { asked, given: { cwd, env: {}, connector: { preview }, ...given } }
}

test('needs no credentials and prints exactly the items as JSON', async () => {
  const { given } = previewing()
  const { exit, out, err } = await run(['preview', '--topic', 'chat.opened', 'item.json', '--json'], given)
  expect(exit).toBe(0)
  expect(JSON.parse(out)).toEqual(items)
  expect(err).toBe('note: no lookup "contact" was given\n')
})

test('is readable without', async () => {
  const { given } = previewing({ items: [...items, fault], ok: false })
  const { exit, out } = await run(['preview', '--topic', 'chat.opened', 'item.json'], given)
  expect(exit).toBe(1)
  expect(out).toMatchSnapshot()
})

test('says when nothing would be sent', async () => {
  const { given } = previewing({ items: [] })
  expect((await run(['preview', '--topic', 'chat.opened', 'item.json'], given)).out).toBe(
    'Nothing would be sent: no mapping takes it.\n',
  )
})

test.each([[['--request']], [['--request', '--json']]])('%j prints the bodies', async (flags) => {
  const { given } = previewing()
  const { out } = await run(['preview', '--topic', 'chat.opened', 'item.json', ...flags], given)
  expect(JSON.parse(out)).toEqual([{ data: 1 }])
})

test.each([['people.yaml'], ['people.json']])('reads lookups from %s', async (file) => {
  const { asked, given } = previewing()
  await run(['preview', '--stream', 'chats', 'item.json', '--lookups', file, '--workspace', 'w'], given)
  expect(asked).toEqual([{ stream: 'chats', data: { id: 1 }, lookups: { contact: [{ id: '7' }] }, workspace: 'w' }])
})

test('reads stdin', async () => {
  const { asked, given } = previewing({}, { stdin: '{"id": 2}' })
  await run(['preview', '--topic', 'chat.opened', '-'], given)
  expect(asked).toEqual([{ topic: 'chat.opened', data: { id: 2 } }])
})

test.each([
  ['bad.json', 'bad.json is not JSON'],
  ['-', 'what came on stdin is not JSON: it is empty'],
])('%s is not JSON', async (file, message) => {
  const { given } = previewing()
  const { exit, err } = await run(['preview', '--topic', 'chat.opened', file], given)
  expect(exit).toBe(1)
  expect(err).toContain(message)
  expect(err).not.toContain('Ada')
})

test.each([
  ['--stream', 'chat', 'unknown stream "chat"; did you mean "chats"?'],
  ['--topic', 'chat.opend', 'unknown topic "chat.opend"; did you mean "chat.opened"?'],
])('%s %s is a slip of the pen', async (option, word, message) => {
  const { given } = previewing()
  const { exit, err } = await run(['preview', option, word, 'item.json'], given)
  expect(exit).toBe(2)
  expect(err).toContain(message)
})
