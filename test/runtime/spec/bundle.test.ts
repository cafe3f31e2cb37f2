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
import { createBuiltExpressions } from '../../../runtime/expression/built-expressions.ts'
import type { Expression } from '../../../runtime/expression/expression.ts'
import type { FunctionTable } from '../../../runtime/expression/functions.ts'
import { expressionInterpreter } from '../../../runtime/expression/text-interpreter.ts'
import { hashSpec } from '../../../runtime/spec/hash-spec.ts'
import { type LoadedSpec, loadSpec } from '../../../runtime/spec/load.ts'
import { type BundledFile, loadBundle, type SpecBundle } from '../../../runtime/spec/load-bundle.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import { openSpecFolder } from '../../../runtime/spec/spec-files.ts'
import { writeBundle } from '../../../runtime/spec/write-bundle.ts'
import { type PipelineResult, runPipeline } from '../../helpers/pipeline.ts'
import { functions } from '../../helpers/spec/spec-functions.ts'

const call = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'built-'))
const file = join(folder, 'spec.mjs')
const small = openSpecFolder(new URL('../../diagnostics/spec/', import.meta.url))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface BundleModule {
  readonly built: SpecBundle
  readonly files: readonly BundledFile[]
}

const importModule = async (text: string): Promise<BundleModule> =>
  import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(text)}`)
const importBundle = async (text: string): Promise<SpecBundle> => (await importModule(text)).built

const shippedBundle = async (): Promise<string> =>
  writeBundle(await loadSpec(specFolder(), { functions: shipped }), shipped)

describe('in an environment without code generation', () => {
  let [expected, withModule, without] = [] as unknown as readonly PipelineResult[]

  beforeAll(async () => {
    writeFileSync(file, await shippedBundle())
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

/** A value as plain JSON, expressions with their places, maps and sets apart from lists. */
const describeValue = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, each) => {
      if (each instanceof Map) return { map: [...each] }
      if (each instanceof Set) return { set: [...each] }
      return each
    }),
  )

describe('a built spec', () => {
  const load = () => loadSpec('', { functions, files: small })
  const build = async () => importBundle(writeBundle(await load(), functions))

  test.each<[string, () => Promise<LoadedSpec>, FunctionTable]>([
    ['small', load, functions],
    ['shipped', () => loadSpec(specFolder(), { functions: shipped }), shipped],
  ])('equals its source, down to the places in the files: %s', async (_, loadSource, table) => {
    const then = await loadSource()
    const built = await importBundle(writeBundle(then, table))
    const { sourceFiles: files, ...now } = await loadBundle(built, { functions: table })
    const { sourceFiles, ...sections } = then.spec as Spec
    expect(describeValue(now)).toEqual(describeValue(sections))
    expect(hashSpec(files)).toBe(hashSpec(sourceFiles))
    const expressions = createBuiltExpressions(built, { functions: table })
    expect(expressions.map(describeExpression)).toEqual(
      then.expressions.map((each) => describeExpression(each.expression)),
    )
  })

  test('has the texts of its files where the host passes them', async () => {
    const { built, files } = await importModule(writeBundle(await load(), functions))
    expect((await loadBundle(built, { functions })).sourceFiles).toEqual([])
    const { sourceFiles } = await loadBundle({ ...built, files }, { functions })
    expect(sourceFiles.map(({ path, text }) => [path, text])).toEqual(
      (await load()).files.map(({ path, text }) => [path, text]),
    )
    expect(hashSpec(sourceFiles)).toBe(built.hash)
  })

  test('shares what its source shares', async () => {
    const { mappings } = await loadBundle(await importBundle(await shippedBundle()), { functions: shipped })
    const named = (metric: string, name: string) =>
      mappings.find((each) => each.metric === metric)?.properties.find((each) => each.name === name)
    expect(named('Created Ticket', 'Category')).toBeDefined()
    expect(named('Created Ticket', 'Category')).toBe(named('Submitted Ticket', 'Category'))
  })

  test('reports each expression that was refused at build time, and needs an interpreter for it', async () => {
    const built = await build()
    const createTexts: SpecBundle['createTexts'] = (...parts) =>
      built.createTexts(...parts).map(({ text }) => ({ text, reason: 'parent operator' as const, position: 3 }))
    const expressions = createBuiltExpressions({ ...built, createTexts }, { functions })
    expect(new Set(expressions.map(({ notCompiled }) => notCompiled?.reason))).toEqual(new Set(['parent operator']))
    expect(expressions[0]?.notCompiled?.place).toMatch(/^connector\.yaml:\d+:\d+$/)
  })

  const withTitle = async (title: string) => {
    const read = async (path: string) => (await small.read(path))?.replace('Title: title', `Title: ${title}`)
    return importBundle(writeBundle(await loadSpec('', { functions, files: { ...small, read } }), functions))
  }

  test.each(['$formatNumber($number(title), "0.0")', '$map(tags.tags.name, $uppercase)', '"[$v := title, $v]"'])(
    'with %s needs an interpreter',
    async (title) => {
      const built = await withTitle(title)
      expect(built.interpreted).toEqual([expect.stringMatching(/^mappings\/resolved-ticket\.yaml:\d+:\d+$/)])
      await expect(loadBundle(built, { functions })).rejects.toMatchObject({
        code: 'spec/built',
        message: expect.stringContaining('pass `interpreter`'),
      })
      const spec = await loadBundle(built, { functions, loadInterpreter: async () => expressionInterpreter })
      const property = spec.mappings.flatMap(({ properties }) => properties).find(({ name }) => name === 'Title')
      expect(await property?.expr.evaluate({ title: '7', tags: { tags: [{ name: 'a', id: 'x' }] } })).toBeDefined()
    },
  )

  test('names place and reason of a failure with an interpreter, and the place without', async () => {
    const built = await withTitle("'\n      title.\n      x + 1'")
    const failing = (spec: Spec) =>
      spec.mappings.flatMap(({ properties }) => properties).find(({ name }) => name === 'Title')?.expr as Expression
    const [alone, helped] = await Promise.all([
      loadBundle(built, { functions }),
      loadBundle(built, { functions, loadInterpreter: async () => expressionInterpreter }),
    ])
    const fault = async (spec: Spec) => outcomeOf(failing(spec).evaluate({ title: { x: 'a' } }))
    expect(await fault(alone)).toBe('expression/failed')
    expect(await fault(helped)).toBe('expression/T2001')
    await expect(failing(alone).evaluate({ title: { x: 'a' } })).rejects.toMatchObject({
      details: { place: expect.stringMatching(/^mappings\/resolved-ticket\.yaml:\d+:\d+$/), permanent: true },
    })
    const then = await loadSpec('', { functions, files: small })
    expect(failing(alone).place).toBe(
      failing(then.spec as Spec).place.replace(/:\d+:\d+$/, failing(alone).place.match(/:\d+:\d+$/)?.[0] ?? ''),
    )
  })

  test.each<[string, Partial<SpecBundle>, string]>([
    ['another version', { version: '0.0.1' }, 'has version 0.0.1, and this is'],
    ['another format', { format: 99 }, 'has version'],
    ['other functions', { functions: [['phone', '<x:s>']] }, 'was built with other functions ($phone<x:s>'],
    ['fewer functions', { functions: [] }, 'was built with other functions'],
  ])('of %s is rejected', async (_, change, words) => {
    const built = { ...(await build()), ...change }
    await expect(loadBundle(built, { functions })).rejects.toThrow(words)
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
      const { built, files } = await importModule(source)
      const loadInterpreter = async () => expressionInterpreter
      expect(describeValue((await loadBundle(built, { functions, loadInterpreter })).mappings)).toEqual(
        describeValue(then.spec.mappings),
      )
      expect(files.map((each) => each.text)).toEqual(then.files.map((each) => each.text))
      const now = createBuiltExpressions(built, { functions, loadInterpreter })
      const input = { title: text, [text]: { [text]: 1 }, parts: [{ state: text, id: 7 }], id: 1 }
      for (const [index, { expression }] of then.expressions.entries()) {
        const other = now[index]
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

const describeExpression = ({ text, place, variables, notCompiled }: Expression) => {
  return { text, place, variables: [...variables], notCompiled }
}
