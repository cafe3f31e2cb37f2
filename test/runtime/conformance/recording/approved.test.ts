/** The recordings of the kit replay to what is approved, and what differs is told. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { preloadFunctions } from '../../../../connector/functions/index.ts'
import { loadConnectorSpec } from '../../../../connector/spec.ts'
import { checkRecording } from '../../../../runtime/conformance/recording/check-recording.ts'
import { parseRecording } from '../../../../runtime/conformance/recording/recording-files.ts'
import { silentLogger } from '../../../../runtime/system.ts'
import { openSession } from '../../../helpers/recording.ts'

const root = new URL('../../../../conformance/recorded/', import.meta.url)
const names = readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
const spec = await loadConnectorSpec()
await preloadFunctions(silentLogger)

const readFile = (name: string, file: string) => readFileSync(new URL(`${name}/${file}`, root), 'utf8')
const read = (name: string) => parseRecording((file) => readFile(name, file))
const approved = (name: string) => readFile(name, 'approved.yaml')
const options = (folder: string) => ({ folder, spec, open: openSession, now: () => 0 })
const [first = ''] = names

test.each(names)('%s', async (name) => {
  const { report, text } = await checkRecording(read(name), { ...options(name), approved: approved(name) })
  expect(report.checks).toEqual([{ name: 'replay', kind: 'ingress', differences: [], problems: [], elapsed: 0 }])
  expect(text).toBe(approved(name))
})

describe('a replay tells', () => {
  test('a property that differs, with the place of the approved occurrence', async () => {
    const text = approved(first).replace('Category: Customer', 'Category: Back-office')
    const { report } = await checkRecording(read(first), { ...options(first), approved: text })
    const place = { file: `${first}/approved.yaml`, line: expect.any(Number), column: 5 }
    expect(report.checks[0]?.differences[0]).toMatchObject({
      kind: 'member',
      member: ['properties', 'Category'],
      expected: 'Back-office',
      actual: 'Customer',
      place,
    })
  })

  test('an event that is missing, and one that is new', async () => {
    const count = (text: string) => text.split('\n  - metric: ').length - 1
    const [head = '', one = '', ...rest] = approved(first).split('\n  - metric: ')
    const text = [head, ...rest].join('\n  - metric: ')
    expect(count(text)).toBe(count(approved(first)) - 1)
    const less = await checkRecording(read(first), { ...options(first), approved: text })
    expect(less.report.checks[0]?.differences).toMatchObject([{ kind: 'unexpected' }])
    const more = await checkRecording(read(first), {
      ...options(first),
      approved: [head, one.replace(/key: .*/, 'key: other'), one, ...rest].join('\n  - metric: '),
    })
    expect(more.report.checks[0]?.differences).toMatchObject([{ kind: 'missing' }])
  })

  test('a request that was not recorded, and offers nothing to approve', async () => {
    const recording = read(first)
    const exchanges = recording.exchanges.filter(({ request }) => !request.url.endsWith('/teams'))
    const { report, text } = await checkRecording({ ...recording, exchanges }, options(first))
    expect(report.checks[0]?.problems.map(({ message }) => message)).toEqual([
      'the replay asked for GET /teams, which was not recorded: record it again with this spec, or add the exchange',
      expect.stringContaining('it has no approved.yaml yet: `connector test'),
    ])
    expect(text).toBeUndefined()
  })
})

describe('a folder that is no recording', () => {
  const withFile = (name: string, text: string | undefined) => () =>
    parseRecording((file) => (file === name ? text : readFile(first, file)))

  test.each([
    ['manifest.yaml', undefined, 'manifest.yaml of the recording is missing or empty'],
    ['manifest.yaml', 'a: [', 'manifest.yaml of the recording is no YAML'],
    ['manifest.yaml', 'version: 2', 'must say version: 1; record it again with this version of the package'],
    ['manifest.yaml', 'version: 1\nrecorded: today', 'needs `recorded`, the time'],
    ['exchanges.json', '{}', 'exchanges.json of the recording is no JSON list'],
    [
      'exchanges.json',
      '[{"side":"source"}]',
      'exchanges.json of the recording has an element that is wrong: element 1 of 1 is not { side, request',
    ],
    ['webhooks.json', '[{"at":"now","body":{}}]', 'element 1 of 1 is not { at, body }'],
  ])('%s: %s', (name, text, message) => {
    expect(withFile(name, text)).toThrow(message)
  })

  test('approved.yaml', async () => {
    const check = (text: string) => checkRecording(read(first), { ...options(first), approved: text })
    await expect(check('expect: 1')).rejects.toThrow('approved.yaml of the recording has no list `expect`')
    await expect(check('expect: [1]')).rejects.toThrow('has an occurrence that is no mapping, at line 1')
  })
})
