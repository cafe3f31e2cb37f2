/** The documentation stays true: generated pages are fresh, links resolve, YAML samples pass `validate`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cliApp } from '../../connector/cli-app.ts'
import { functions } from '../../connector/functions/index.ts'
import { namedBases } from '../../connector/spec.ts'
import { loadCommands } from '../../runtime/cli/commands/index.ts'
import { compileExpression } from '../../runtime/expression/link.ts'
import { presentMembers } from '../../runtime/lib/present-members.ts'
import { renderDiagnostic } from '../../runtime/spec/diagnostic.ts'
import { loadSpec } from '../../runtime/spec/load.ts'
import type { SpecFiles } from '../../runtime/spec/spec-files.ts'
import { generateCodeReference } from '../../scripts/reference/code-reference.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

describe('the reference from code is fresh', async () => {
  const pages = await generateCodeReference(root)

  test.each(pages)('$path', ({ path, text }) => {
    expect(read(path), 'run npm run docs').toBe(text)
  })

  test('and holds no page of a removed entry point', () => {
    const names = readdirSync(new URL('docs/reference/api/', root)).map((name) => `docs/reference/api/${name}`)
    const paths = pages.map(({ path }) => path).filter((path) => path.includes('/api/'))
    expect(names.sort()).toEqual(paths.sort())
  })
})

test('the Dockerfile copies files that exist, for a supported Node', () => {
  const dockerfile = read('Dockerfile')
  const paths = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
    sources.split(' '),
  )
  expect(paths.length).toBeGreaterThan(5)
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([])
  const allowed = read('.dockerignore').split('\n')
  expect(paths.filter((path) => !allowed.includes(`!${path}`))).toEqual([])
  const { engines } = JSON.parse(read('package.json'))
  expect(engines.node).toMatch(new RegExp(`^>=${read('.nvmrc').trim()}\\.`))
})

test('the examples import the package by the paths that it exports', () => {
  const { compilerOptions } = JSON.parse(read('tsconfig.json'))
  const { name, exports } = JSON.parse(read('package.json'))
  const entries = Object.entries<{ types?: string }>(exports).flatMap(([path, { types }]) =>
    types === undefined ? [] : [[path.replace('.', name), [types.replace('/dist', '').replace('.d.ts', '.ts')]]],
  )
  expect(compilerOptions.paths).toEqual(Object.fromEntries(entries))
})

const guides = readdirSync(new URL('docs/guide/', root)).map((name) => `docs/guide/${name}`)
const blocksOf = (path: string, language: string) =>
  [...read(path).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, tag]) => tag === language)
    .map(([, , text = '']) => text)

describe('YAML samples pass `validate` without a complaint', () => {
  // Files that belong together are tested as such: cook-book.test.ts, testing-guide.test.ts, write-a-connector.test.ts.
  const pages = guides.filter((path) => !/\/(cook-book|testing|write-a-connector)\.md$/.test(path))
  const samples = pages.flatMap((path) =>
    blocksOf(path, 'yaml').map((text, at) => ({ name: `${path} ${at + 1}`, text })),
  )

  test('and there are some', () => expect(samples.length).toBeGreaterThan(8))

  test.each(samples)('$name', async ({ text }) => {
    const [, path = ''] = /^# (connector\.yaml|mappings\/[\w-]+\.yaml)\n/.exec(text) ?? []
    expect(path, 'its first line names the file it belongs to').not.toBe('')
    const own = path === 'connector.yaml' ? `${EXTENDS}\n${text}` : text
    const texts: Partial<Record<string, string>> = { 'connector.yaml': EXTENDS, [path]: own }
    const files: SpecFiles = {
      read: async (name) => texts[name],
      list: async (folder) => (path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : []),
    }
    const { diagnostics } = await loadSpec(root, { functions, bases: namedBases(), files })
    // A sample may repeat a shipped line, to show where the others belong.
    const complaints = diagnostics.filter(({ code }) => code !== 'extends/same-as-base')
    expect(complaints.map((diagnostic) => renderDiagnostic(diagnostic, false))).toEqual([])
  })
})

const EXTENDS = 'extends: intercom-to-klaviyo'

const written = ['README.md', 'SECURITY.md', ...guides]

describe('command lines are valid', async () => {
  const commands = await loadCommands(cliApp, undefined)
  const lines = written.flatMap((path) =>
    blocksOf(path, 'sh').flatMap((text) =>
      [
        ...text.matchAll(
          /^(?:docker exec connector node dist\/connector\/main\.js|npm run -s connector --|connector) (.+?)(?: {2,}#.*)?$/gm,
        ),
      ].map(([, line = '']) => line),
    ),
  )

  test('and there are some', () => expect(lines.length).toBeGreaterThan(10))

  test.each([...new Set(lines)])('connector %s', (line) => {
    const command = commands.find(({ name }) => line === name || line.startsWith(`${name} `))
    expect(command, 'a command').toBeDefined()
    const flags = [...line.matchAll(/(?<= )--[\w-]+/g)].map(([flag]) => flag)
    const known = ['--json', ...(command?.options ?? []).flatMap((option) => option.flags.match(/--[\w-]+/g) ?? [])]
    expect(flags.filter((flag) => !known.includes(flag))).toEqual([])
  })
})

describe('code samples import names that exist', () => {
  const { paths } = JSON.parse(read('tsconfig.json')).compilerOptions as { paths: Record<string, [string]> }
  const imports = written.flatMap((path) =>
    blocksOf(path, 'ts').flatMap((text) =>
      [...text.matchAll(/^import \{ (.+) \} from '(intercom-to-klaviyo[^']*)'$/gm)].map(
        ([, names = '', from = '']) => ({
          names: names.split(', ').map((name) => name.split(' as ')[0] ?? ''),
          from,
        }),
      ),
    ),
  )

  test.each(imports)('$names from $from', async ({ names, from }) => {
    const module = await import(new URL(paths[from]?.[0] ?? 'none', root).href)
    expect(names.filter((name) => !(name in module))).toEqual([])
  })
})

describe('expressions of the guide give the results it shows', () => {
  const path = 'docs/guide/jsonata.md'
  const sample = presentMembers(JSON.parse(blocksOf(path, 'json')[0] ?? ''))
  const rows = [...read(path).matchAll(/^\| `(.+?)` \| (?:`(.+?)`|nothing|an error) \| .*\|$/gm)].map(
    ([row, expression = '', result]) => ({ expression, result, fails: row.includes(' | an error | ') }),
  )

  test('and there are some', () => {
    expect(rows.length).toBeGreaterThan(70)
    expect(rows.length, 'each row of a table').toBe(read(path).match(/^\| `/gm)?.length)
  })

  test.each(rows)('$expression', async ({ expression, result, fails }) => {
    const evaluate = async () => (await compileExpression(expression, { place: path }, functions)).evaluate(sample)
    if (fails) return expect(evaluate()).rejects.toThrow()
    expect(await evaluate()).toEqual(result === undefined ? undefined : JSON.parse(result))
  })
})

describe('links resolve', () => {
  const pages = ['ARCHITECTURE', 'BEHAVIOR', 'CHANGELOG', 'CONTRIBUTING', 'README', 'SECURITY'].map(
    (name) => `${name}.md`,
  )
  const inFolders = ['docs/', 'docs/guide/', 'docs/reference/', 'docs/reference/api/', 'examples/'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: folder === 'examples/', encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => folder + name),
  )

  test.each([...pages, ...inFolders])('of %s', (page) => {
    const prose = read(page).replace(/^```[\s\S]*?^```$/gm, '')
    const targets = [...prose.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target = '']) => target)
    const broken = targets.filter((target) => {
      const [file = '', fragment] = target.split('#')
      const url = new URL(file, new URL(page, root))
      if (!existsSync(url)) return true
      return (
        fragment !== undefined &&
        !anchorsOf(readFileSync(file === '' ? new URL(page, root) : url, 'utf8')).has(fragment)
      )
    })
    expect(broken).toEqual([])
  })
})

describe('files named in prose exist', () => {
  const listed = ['connector', 'runtime', 'sandbox', 'scripts', 'test'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  const names = new Set(listed.map((path) => path.split('/').at(-1)))

  test.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'README.md'])('by %s', (page) => {
    const named = [...read(page).matchAll(/`((?:[\w-]+\/)*[\w.-]+\.ts|(?:[\w-]+\/)+)`/g)].map(([, path = '']) => path)
    expect(named.filter((path) => (path.includes('/') ? !existsSync(new URL(path, root)) : !names.has(path)))).toEqual(
      [],
    )
  })
})

test('identifiers named in the guides exist in the code', () => {
  const code = ['connector', 'runtime'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(`${folder}/${name}`)),
  )
  const words = new Set(code.join('\n').match(/\w+/g))
  const known = new Set([...words, ...(read('connector.yaml').match(/\w+/g) ?? [])])
  const prose = ['docs/guide/embedding.md', 'docs/guide/operators.md', 'README.md'].map((path) =>
    read(path).replace(/^```[\s\S]*?^```$/gm, ''),
  )
  const named = prose.flatMap((text) =>
    [...text.matchAll(/`([\w.]*[a-z][A-Z]\w*)(?:\(\))?`/g)].flatMap(([, name = '']) => name.split('.')),
  )
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

/** As GitHub derives them from headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  )
}
