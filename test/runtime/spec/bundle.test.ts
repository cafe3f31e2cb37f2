/** A spec as one module: equal results where generating code is forbidden, and no text of a spec becomes code. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { functions as shipped } from '../../../connector/functions/index.ts'
import { intercomToKlaviyo } from '../../../connector/index.ts'
import { specFolder } from '../../../connector/spec.ts'
import { type LoadedSpec, loadSpec } from '../../../runtime/spec/load.ts'
import { loadBundle, type SpecBundle } from '../../../runtime/spec/load-bundle.ts'
import { openSpecFolder } from '../../../runtime/spec/spec-files.ts'
import { writeBundle } from '../../../runtime/spec/write-bundle.ts'
import { type PipelineResult, runPipeline } from '../../helpers/pipeline.ts'
import { functions } from '../../helpers/spec/spec-functions.ts'

const call = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'built-'))
const file = join(folder, 'spec.mjs')
const small = openSpecFolder(new URL('../../diagnostics/spec/', import.meta.url))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const importBundle = async (text: string): Promise<SpecBundle> =>
  (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(text)}`)).built

describe('in an environment without code generation', () => {
  let [expected, withModule, without] = [] as unknown as readonly PipelineResult[]

  beforeAll(async () => {
    writeFileSync(file, writeBundle(await loadSpec(specFolder(), { functions: shipped }), shipped))
    ;[expected, withModule, without] = await Promise.all([runPipeline(), closed(file), closed()])
  })

  async function closed(...args: string[]): Promise<PipelineResult> {
    const child = fileURLToPath(new URL('../../helpers/processes/pipeline-child.ts', import.meta.url))
    const flags = ['--disallow-code-generation-from-strings', '--import', 'tsx']
    const { stdout } = await call(process.execPath, [...flags, child, ...args], { maxBuffer: 2 ** 25 })
    return JSON.parse(stdout)
  }

  test('every shipped expression compiles in other environments', () => {
    expect(expected).toMatchObject({ generates: true, refused: {} })
    expect(expected?.live).toHaveLength(2)
    expect(JSON.stringify(expected?.history)).toContain('Resolved Ticket')
  })

  test('with the built module, a webhook and a backfill run compiled', () => {
    expect(withModule).toEqual({ ...expected, generates: false })
  })

  test('without it, they run on the interpreter', () => {
    const refused = { 'code generation is not allowed here': expected?.expressions }
    expect(without).toEqual({ ...expected, generates: false, refused })
  })
})

describe('a built spec', () => {
  const load = () => loadSpec('', { functions, files: small })
  const build = async () => importBundle(writeBundle(await load(), functions))

  test('equals its source, down to the places in the files', async () => {
    const [then, now] = [await load(), await loadBundle(await build(), { functions })]
    expect(now.files.map(({ path, text }) => [path, text])).toEqual(then.files.map(({ path, text }) => [path, text]))
    expect(now.expressions.map(describeExpression)).toEqual(then.expressions.map(describeExpression))
    expect(now.diagnostics).toEqual([])
    expect(now.spec?.mappings.map(({ metric }) => metric)).toEqual(then.spec?.mappings.map(({ metric }) => metric))
  })

  test('reports errors in its files as on disk', async () => {
    const { files, ...rest } = await build()
    const broken = files.map(({ path, text }) => ({ path, text: text.replace('resource: ticket', 'resource: tiket') }))
    const { spec, diagnostics } = await loadBundle({ ...rest, files: broken }, { functions })
    expect(spec).toBeUndefined()
    expect(diagnostics.map(({ code, file }) => [code, file.path])).toContainEqual([
      'spec/unknown-resource',
      'mappings/resolved-ticket.yaml',
    ])
  })

  test('reports each expression that was refused at build time', async () => {
    const built = await build()
    const programs = built.programs.map(({ text }) => ({ text, reason: 'parent operator' as const, position: 3 }))
    const { expressions } = await loadBundle({ ...built, programs }, { functions })
    expect(new Set(expressions.map(({ expression }) => expression.notCompiled?.reason))).toEqual(
      new Set(['parent operator']),
    )
    expect(expressions[0]?.expression.notCompiled?.place).toMatch(/^connector\.yaml:\d+:\d+$/)
  })

  test.each<[string, Partial<SpecBundle>, string]>([
    ['another version', { version: '0.0.1' }, 'has version 0.0.1, and this is'],
    ['another format', { format: 99 }, 'has version'],
    ['other functions', { functions: [['phone', '<x:s>']] }, 'was built with other functions ($phone<x:s>'],
    ['fewer functions', { functions: [] }, 'was built with other functions'],
  ])('of %s is rejected', async (_, change, words) => {
    const built = { ...(await build()), ...change }
    expect(() => loadBundle(built, { functions })).toThrow(words)
    await expect(intercomToKlaviyo({ settings: { spec: built } })).rejects.toMatchObject({ code: 'spec/built' })
  })
})

/** Characters that could end a string, a comment, a template or a line. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        "'",
        '`',
        '\\',
        '*/',
        '/*',
        '//',
        '\n',
        '\r',
        '\u2028',
        '\u2029',
        `\${x}`,
        '</script>',
        '__proto__',
      ),
      fc.constantFrom('}, evil(), {', ') => {', '\u0000', '\ufeff', '\ud800', '😀', 'constructor', 'x'),
      fc.string({ maxLength: 4 }),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => parts.join(''))

/** The small spec with a metric whose name, properties and expressions contain a hostile text. */
async function loadHostile(text: string): Promise<LoadedSpec> {
  const quoted = JSON.stringify(text)
  const mapping = {
    metric: text,
    summary: text,
    resource: 'ticket',
    from: { webhook: { topics: ['ticket.state.updated'] } },
    key: ['strange', 'id'],
    time: 'created_at',
    contact: 'people[0].id',
    properties: {
      Text: quoted,
      [`${text} `]: `$.\`${text.replaceAll('`', '')}\``,
      Comment: `/* ${text.replaceAll('*/', '')} */ title & ${quoted}`,
      Object: `{ ${quoted}: title }`,
      Filter: `parts[state = ${quoted}].id`,
      Call: `$phone(${quoted}, title)`,
      Escaped: `$replace(title, /${text.replace(/[^a-z]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)}/, ${quoted})`,
    },
  }
  const files = {
    list: async (path: string) => [...(await small.list(path)), ...(path === 'mappings' ? ['strange.yaml'] : [])],
    read: async (path: string) => (path === 'mappings/strange.yaml' ? stringify(mapping) : small.read(path)),
  }
  return loadSpec('', { functions, files })
}

test('with hostile texts the module parses and gives equal results', async () => {
  let loaded = 0
  await fc.assert(
    fc.asyncProperty(hostile, async (text) => {
      const then = await loadHostile(text)
      if (then.spec === undefined) return
      loaded++
      const source = writeBundle(then, functions)
      expect([...source].every((each) => each === '\n' || (each >= ' ' && each <= '~'))).toBe(true)
      const now = await loadBundle(await importBundle(source), { functions })
      expect(now.files.map((each) => each.text)).toEqual(then.files.map((each) => each.text))
      const input = { title: text, [text]: { [text]: 1 }, parts: [{ state: text, id: 7 }], id: 1 }
      for (const [index, { expression }] of then.expressions.entries()) {
        const other = now.expressions[index]?.expression
        expect(other?.notCompiled).toEqual(expression.notCompiled)
        expect(await outcomeOf(other?.evaluate(input))).toEqual(await outcomeOf(expression.evaluate(input)))
      }
    }),
    { numRuns: 40, seed: 11 },
  )
  expect(loaded).toBeGreaterThan(15)
})

const outcomeOf = async (result: unknown): Promise<unknown> => {
  try {
    return await result
  } catch (error) {
    return (error as { code?: string }).code
  }
}

const describeExpression = ({
  file,
  path,
  expression: { text, place, notCompiled },
}: LoadedSpec['expressions'][number]) => {
  return { file, path, text, place, notCompiled }
}
