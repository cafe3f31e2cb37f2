/** Writing files of a spec: all or none, only inside the folder, never over a change of another. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { createFolderWriter, findReadOnlyReason } from '../../../runtime/spec-editing/spec-folder.ts'
import { copySpec } from '../../helpers/editing-console.ts'
import { createCleanup } from '../../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

function open() {
  const copy = copySpec(closing, ['connector.yaml', 'mappings'])
  const url = pathToFileURL(`${copy.folder}/`)
  return { ...copy, url, write: createFolderWriter(url) }
}

const TICKET = 'mappings/created-ticket.yaml'

test('writes, adds and removes files, and leaves nothing else behind', async () => {
  const { folder, read, write } = open()
  const before = read(TICKET)
  chmodSync(join(folder, TICKET), 0o640)
  const changes = [
    { path: TICKET, before, after: 'one' },
    { path: 'mappings/new.yaml', before: undefined, after: 'two' },
    { path: 'mappings/read-conversation.yaml', before: read('mappings/read-conversation.yaml'), after: undefined },
  ]
  expect(await write(changes)).toEqual({ status: 'written' })
  expect([read(TICKET), read('mappings/new.yaml')]).toEqual(['one', 'two'])
  expect(existsSync(join(folder, 'mappings/read-conversation.yaml'))).toBe(false)
  expect(statSync(join(folder, TICKET)).mode & 0o777).toBe(0o640)
  expect(readdirSync(join(folder, 'mappings')).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

test('writes none if one has changed', async () => {
  const { read, write } = open()
  const before = read(TICKET)
  const changes = [
    { path: TICKET, before, after: 'one' },
    { path: 'connector.yaml', before: 'other', after: 'two' },
  ]
  expect(await write(changes)).toEqual({ status: 'changed', path: 'connector.yaml', text: read('connector.yaml') })
  expect(read(TICKET)).toBe(before)
})

test('of two changes made of the same text, the second is told', async () => {
  const { read, write } = open()
  const before = read(TICKET)
  const results = await Promise.all(['one', 'two'].map((after) => write([{ path: TICKET, before, after }])))
  expect(results).toEqual([{ status: 'written' }, { status: 'changed', path: TICKET, text: 'one' }])
})

test.each([
  '../outside.yaml',
  '/tmp/outside.yaml',
  'mappings/../../outside.yaml',
  'mappings\\outside.yaml',
  'mappings/./x.yaml',
  'mappings/x.js',
  'mappings/.hidden.yaml',
  'C:/x.yaml',
  '',
])('refuses %j', async (path) => {
  const { write } = open()
  expect(await write([{ path, before: undefined, after: 'x' }])).toMatchObject({ status: 'refused' })
})

test('follows no link out of the folder', async () => {
  const { folder, write } = open()
  const outside = copySpec(closing, ['mappings'])
  const before = outside.read(TICKET)
  symlinkSync(join(outside.folder, TICKET), join(folder, 'mappings/linked.yaml'))
  symlinkSync(join(outside.folder, 'mappings'), join(folder, 'linked'))
  for (const path of ['mappings/linked.yaml', 'linked/created-ticket.yaml'])
    expect(await write([{ path, before, after: 'x' }])).toMatchObject({ status: 'refused' })
  expect(outside.read(TICKET)).toBe(before)
})

test('restores what it wrote when a later file fails', async () => {
  const { folder, read, write } = open()
  const before = read(TICKET)
  writeFileSync(join(folder, 'file'), '')
  mkdirSync(join(folder, 'mappings/folder.yaml'))
  const changes = [
    { path: TICKET, before, after: 'one' },
    { path: 'file/x.yaml', before: undefined, after: 'two' },
  ]
  expect(await write(changes)).toMatchObject({ status: 'refused' })
  expect(readFileSync(join(folder, TICKET), 'utf8')).toBe(before)
})

test('tells why a folder takes no files', async () => {
  const { folder, url } = open()
  expect(await findReadOnlyReason(url)).toBeUndefined()
  const installed = join(folder, 'node_modules/connector')
  mkdirSync(installed, { recursive: true })
  expect(await findReadOnlyReason(pathToFileURL(`${installed}/`))).toContain('installed package')
})
