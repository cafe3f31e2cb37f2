/** The shipped spec, and the compiled form of a small one. */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { functions as shipped } from '../../../connector/functions/index.ts'
import { nearestWords, suggest } from '../../../runtime/expression/did-you-mean.ts'
import { joinWords } from '../../../runtime/lib/format.ts'
import { parseDuration, parseSize } from '../../../runtime/spec/compile/durations-and-sizes.ts'
import { diagnosticToJson, renderDiagnostic } from '../../../runtime/spec/diagnostic.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import { SourceFile } from '../../../runtime/spec/source-file.ts'
import { expandGlob, openSpecFolder } from '../../../runtime/spec/spec-files.ts'
import { generateFiles } from '../../../scripts/generated.ts'
import { functions } from '../../helpers/spec/spec-functions.ts'

const root = new URL('../../../', import.meta.url)
const small = new URL('../../diagnostics/spec/', import.meta.url)

test('the shipped spec has no diagnostics', async () => {
  const { spec, diagnostics } = await loadSpec(root, { functions: shipped })
  expect(diagnostics.map((each) => renderDiagnostic(each))).toEqual([])
  expect(spec?.mappings).toHaveLength(9)
})

test('a check-only load reports the same and evaluates nothing', async () => {
  const [checked, loaded] = [
    await loadSpec(small, { functions, checkOnly: true }),
    await loadSpec(small, { functions }),
  ]
  expect(checked.diagnostics).toEqual(loaded.diagnostics)
  expect(checked.spec?.mappings.map(({ lookups }) => lookups)).toEqual(
    loaded.spec?.mappings.map(({ lookups }) => lookups),
  )
  expect(() => checked.spec?.mappings[0]?.time.evaluate({})).toThrow(TypeError)
})

describe('a small spec', async () => {
  const { spec, files } = await loadSpec(small, { functions })
  const resolved = spec?.mappings.find(({ metric }) => metric === 'Resolved Ticket')
  const replied = spec?.mappings.find(({ metric }) => metric === 'Replied to Ticket')

  test('names its files', () => {
    const names = ['_ticket', 'replied-to-ticket', 'resolved-ticket'].map((name) => `mappings/${name}.yaml`)
    expect(files.map(({ path }) => path)).toEqual(['connector.yaml', 'mappings/profile.yaml', 'fields.yaml', ...names])
  })

  test('durations are milliseconds, sizes bytes', () => {
    expect(spec?.source.timeout).toBe(30_000)
    expect(spec?.delivery.retention).toEqual({ settled: 2_592_000_000, dead: 7_776_000_000 })
    expect(spec?.webhook.maxBodySize).toBe(1_048_576)
    expect(spec?.destination.limits).toEqual({ events: 1000, request: 4_000_000 })
  })

  test('absent keys have defaults', () => {
    expect(spec?.webhook.signature).toMatchObject({ header: 'X-Signature', algorithm: 'sha256', prefix: '' })
    expect(spec?.source.rateLimit.utilization).toBe(1)
    expect(spec?.streams.get('people')?.request.method).toBe('GET')
    expect(replied?.stream).toEqual({ name: 'tickets', fetchFull: 'ticket', onRequest: true })
    expect(resolved?.stream).toEqual({ name: 'tickets', onRequest: false })
  })

  test('a key begins with its literal name', async () => {
    const parts = await Promise.all((resolved?.key ?? []).map((part) => part.evaluate({}, { part: { id: 7 } })))
    expect(parts).toEqual(['resolved-ticket', 7])
  })

  test('properties of a set come first, and the metric’s own win', () => {
    expect(resolved?.properties.map(({ name }) => name)).toEqual(['Ticket ID', 'Team', 'Title', 'Phone', 'Tags'])
    const { type, whenMissing, expr } = resolved?.properties.find(({ name }) => name === 'Tags') ?? {}
    expect({ type, whenMissing, place: expr?.place }).toEqual({
      type: 'list',
      whenMissing: { action: 'default', value: [] },
      place: 'mappings/resolved-ticket.yaml:18:17',
    })
  })

  test('lookups are those in use, and always the contact', () => {
    expect(resolved?.lookups).toEqual(['contact', 'team'])
    expect(spec?.profile.lookups).toEqual([])
  })
})

test('a diagnostic for people and for programs', () => {
  const file = new SourceFile('m.yaml', 'a: 1\nb: two\n')
  const diagnostic = { code: 'x/y', severity: 'error', message: 'm', help: 'h', file, span: [8, 11] } as const
  expect(diagnosticToJson(diagnostic)).toEqual({
    code: 'x/y',
    severity: 'error',
    message: 'm',
    help: 'h',
    file: 'm.yaml',
    line: 2,
    column: 4,
    end: { line: 2, column: 7 },
  })
  const plain = renderDiagnostic(diagnostic)
  const control = String.fromCharCode(27)
  expect(plain).not.toContain(control)
  expect(renderDiagnostic(diagnostic, true).replaceAll(new RegExp(`${control}\\[\\d+m`, 'g'), '')).toBe(plain)
})

describe('words', () => {
  const topics = ['conversation.rating.added', 'conversation.read', 'ticket.created', 'ticket.closed']
  test.for([
    ['conversation.raed', 'did you mean "conversation.read"?'],
    ['ticket.craeted', 'did you mean "ticket.created"?'],
    ['xyz', 'known: conversation.rating.added, conversation.read, ticket.closed, ticket.created'],
  ] as const)('%s: %s', ([word, help]) => expect(suggest(word, topics)).toBe(help))

  test('a word of one or two letters has no suggestion', () => expect(nearestWords('x', ['y', 'zz'])).toEqual([]))
  test('long lists are cut', () => expect(joinWords(['c', 'b', 'a'], 2)).toBe('a, b and 1 more'))
})

test.for([
  ['250ms', 250],
  ['1.5s', 1500],
  ['3d', 259_200_000],
] as const)('%s is %i ms', ([text, ms]) => expect(parseDuration(text)).toBe(ms))

test.for([
  ['95KB', 95_000],
  ['1MiB', 1_048_576],
  ['12B', 12],
  [7, 7],
] as const)('%s is %i bytes', ([text, bytes]) => expect(parseSize(text)).toBe(bytes))

test('* matches part of a file name', async () => {
  const files = openSpecFolder(small)
  expect(await expandGlob('mappings/re*-ticket.yaml', files)).toHaveLength(2)
  expect(await expandGlob('mappings/_*.yaml', files)).toEqual(['mappings/_ticket.yaml'])
  expect(await expandGlob('*/profile.yaml', files)).toEqual(['*/profile.yaml'])
  expect(await expandGlob('nowhere/*.yaml', files)).toEqual([])
})

test('the schemas are JSON Schemas', () => {
  const ajv = new Ajv({ allowUnionTypes: true, strictRequired: false })
  for (const name of ['definitions', 'connector', 'fields', 'mapping', 'properties', 'profile', 'cases']) {
    const schema = JSON.parse(readFileSync(new URL(`runtime/spec/schemas/${name}.schema.json`, root), 'utf8'))
    expect(ajv.validateSchema(schema)).toBe(true)
    ajv.addSchema(schema, `${name}.schema.json`)
  }
  for (const name of ['connector', 'fields', 'mapping', 'properties', 'profile', 'cases'])
    ajv.getSchema(`${name}.schema.json`)
})

describe('generated files are current', async () => {
  test.for(await generateFiles(root))('$path', ({ path, text }) => {
    expect(readFileSync(new URL(path, root), 'utf8'), 'run npm run generate').toBe(text)
  })
})

test.for(shipped)('the example of $name holds', async ({ example }) => {
  const { compileExpression } = await import('../../../runtime/expression/link.ts')
  expect(await compileExpression(example.expr, { place: 'example' }, shipped).evaluate({})).toEqual(example.gives)
})
