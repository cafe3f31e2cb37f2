/** The published package: packed, installed outside the checkout, imported and run by plain Node. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { cliApp } from '../../connector/cli-app.ts'
import { installPackage } from '../helpers/processes/installed-package.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { app, folder: installed, bin, run, remove, removePeers } = await installPackage(inject('runFolder'))
const node = (...args: string[]) => run(process.execPath, args)

const read = (path: string) => readFileSync(join(installed, path), 'utf8')
const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort()

beforeAll(() => cpSync(join(root, 'test/fixtures/package'), app, { recursive: true }))
afterAll(remove)

/** Files that these files import, directly or through others, found by following the paths in their text. */
function reachable(from: readonly string[], extension: string): string[] {
  const found = new Set<string>()
  const queue = from.map((path) => join(path))
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (found.has(file)) continue
    found.add(file)
    const code = read(file).replace(/^\s*[/*].*$/gm, '')
    for (const [, path = ''] of code.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)\.[jt]s['"]/g))
      queue.push(join(dirname(file), `${path}${extension}`))
  }
  return [...found].sort()
}

interface Entry {
  readonly types?: string
  readonly default?: string
}

const isText = (value: unknown): value is string => typeof value === 'string'

describe('contains', () => {
  let packed: readonly string[]
  beforeAll(() => {
    packed = filesIn(installed)
  })

  test('the scripts that its bin and exports reach, and no other', () => {
    const { bin, exports } = JSON.parse(read('package.json'))
    const entries = [...Object.values(bin), ...Object.values(exports).map((target) => (target as Entry).default)]
    const scripts = packed.filter((path) => /^dist\/.*\.js$/.test(path))
    expect(scripts).toEqual(reachable(entries.filter(isText), '.js'))
    const sandbox = scripts.filter((path) => path.startsWith('dist/sandbox/'))
    expect(sandbox).toEqual(['dist/sandbox/index.js'])
  })

  test('the declarations that its exports reach, and no other', () => {
    const { exports } = JSON.parse(read('package.json'))
    const entries = Object.values(exports).map((target) => (target as Entry).types)
    const declarations = packed.filter((path) => path.startsWith('dist/') && path.endsWith('.d.ts'))
    expect(declarations).toEqual(reachable(entries.filter(isText), '.d.ts'))
  })

  test('the spec, its schemas, the kit, the template and the documents, and nothing else', () => {
    const folders = [
      'schemas',
      'mappings',
      'recipes',
      'template',
      'conformance',
      'examples',
      'docs/guide',
      'docs/reference',
    ]
    const documents = [
      'README',
      'THIRD-PARTY',
      'ARCHITECTURE',
      'BEHAVIOR',
      'CHANGELOG',
      'CONTRIBUTING',
      'SECURITY',
      'docs/README',
    ]
    const expected = [
      ...folders.flatMap((path) => filesIn(join(root, path)).map((name) => `${path}/${name}`)),
      ...documents.map((name) => `${name}.md`),
      ...['.env.example', 'connector.yaml', 'fields.yaml', 'package.json', 'LICENSE'],
    ]
    expect(packed.filter((path) => !/^dist\/.*(\.js|\.d\.ts)$/.test(path))).toEqual(expected.sort())
  })

  test('every file that a document in it links to', () => {
    const documents = packed.filter((path) => path.endsWith('.md'))
    const broken = documents.flatMap((path) => {
      const prose = read(path).replace(/^```[\s\S]*?^```$/gm, '')
      const targets = [...prose.matchAll(/(?<!!\[[^\]]*)\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target)
      const missing = targets.filter((target) => !existsSync(join(installed, dirname(path), target)))
      return missing.map((target) => `${path}: ${target}`)
    })
    expect(broken).toEqual(['docs/guide/performance.md: ../../bench/']) // the bench runs in a checkout
  })

  test('every file that a message names', () => {
    const scripts = packed.filter((path) => path.endsWith('.js'))
    const named = scripts.flatMap((path) =>
      [...read(path).matchAll(/\b(?:docs|conformance|examples|template|test)\/[\w/-]+\.(?:md|json|ya?ml)\b/g)].map(
        ([name]) => name,
      ),
    )
    expect(named.length).toBeGreaterThan(1)
    expect(named.filter((name) => !packed.includes(name))).toEqual([])
  })

  // Compressed less than a third of it. A megabyte of the limit is for people: guides, reference, examples, the kit's cases.
  test('less than 5.5 MB', () => {
    const sizes = packed.map((path) => statSync(join(installed, path)).size)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(5_500_000)
  })

  test('the schema that the first line of each YAML file names', () => {
    const files = filesIn(installed).filter((path) => path.endsWith('.yaml') && !/^examples\/|\/recorded\//.test(path))
    const schemas = files.map((path) => {
      const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(path))?.[1] ?? 'none'
      return JSON.parse(read(join(dirname(path), schema))).title
    })
    expect(new Set(schemas).size).toBe(7)
    expect(schemas).not.toContain(undefined)
  })
})

test('a host imports every entry point and previews on either store', async () => {
  const { stdout, stderr } = await node('host.mjs')
  const printed = JSON.parse(String(stdout))
  expect(stderr).toBe('')
  expect(printed).toMatchObject({ schema: expect.any(String), functions: Array(4).fill('function') })
  expect(printed).toMatchObject({ unsigned: { memory: 401, sqlite: 401 }, fault: 'intercom/region' })
  expect(printed.previews.sqlite).toEqual(printed.previews.memory)
  expect(printed.previews.memory.items).toEqual([
    {
      metric: 'Created Conversation',
      time: '2026-01-10T07:56:29.000Z',
      key: 'abc123de:created-conversation:215400000000001',
      profile: expect.objectContaining({
        email: 'ann@harbourlight.shop',
        phone_number: '+353871234567',
        first_name: 'Ann',
      }),
      properties: expect.objectContaining({ Title: 'Where is my order?' }),
    },
  ])
})

test('a host runs the contract of a store by the test runner of Node', async () => {
  const { stdout } = await node('--test', '--test-reporter', 'tap', 'contract.mjs')
  expect(String(stdout)).toMatch(/\n# fail 0\n/)
  expect(Number(/\n# tests (\d+)\n/.exec(String(stdout))?.[1])).toBeGreaterThan(200)
})

test('the declarations compile in a strict host', async () => {
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
  const typeRoots = ['--typeRoots', join(root, 'node_modules/@types')]
  await node(join(root, 'node_modules/typescript/bin/tsc'), ...options, ...typeRoots, 'types.mts')
})

describe('an import loads only what it needs', () => {
  const forbidden =
    /\/runtime\/cli\/|\/sandbox\/|\/store\/sqlite|\/(commander|hono|@hono|pino|pino-pretty|@photostructure)\/|runtime\/lib\/phone\/|NativeModule (internal\/)?sqlite/
  async function loadedBy(entry: string): Promise<readonly string[]> {
    rmSync(join(app, 'loaded.txt'), { force: true })
    const { stdout } = await node('--import', './watch.mjs', 'embed.mjs', entry)
    const last = String(stdout).trim().split('\n').at(-1) ?? ''
    const imported = readFileSync(join(app, 'loaded.txt'), 'utf8').trim().split('\n')
    return [...imported, ...(JSON.parse(last) as string[])]
  }

  test.each(['intercom-to-klaviyo', 'intercom-to-klaviyo/runtime'])('%s', async (entry) => {
    const loaded = await loadedBy(entry)
    expect(loaded.filter((module) => module.includes('/dist/runtime/')).length).toBeGreaterThan(10)
    expect(loaded.filter((module) => forbidden.test(module))).toEqual([])
  })

  test('the kit is loaded by its own entry point alone, without a test runner', async () => {
    const kit = /\/runtime\/conformance\//
    expect((await loadedBy('intercom-to-klaviyo/runtime')).filter((module) => kit.test(module))).toEqual([])
    const loaded = await loadedBy('intercom-to-klaviyo/conformance')
    expect(loaded.filter((module) => kit.test(module)).length).toBeGreaterThan(10)
    expect(loaded.filter((module) => forbidden.test(module) || /vitest|fast-check/.test(module))).toEqual([])
  })

  test('the watch sees imported and required modules', async () => {
    const loaded = (await loadedBy('./host.mjs')).filter((module) => forbidden.test(module))
    expect(loaded).toContainEqual(expect.stringMatching(/\/dist\/runtime\/store\/sqlite\/store\.js$/))
    expect(loaded).toContainEqual(expect.stringMatching(/\/runtime\/lib\/phone\/phone-library\.js$/))
  })
})

describe('a bundle of a host', () => {
  const delivering = (store: string) => `import { intercomToKlaviyo } from 'intercom-to-klaviyo'
import { built } from './built.mjs'
${store}
${readFileSync(join(app, 'deliver-one.mjs'), 'utf8')}`

  async function bundle(name: string, source: string, options: BuildOptions): Promise<string> {
    writeFileSync(join(app, `${name}.entry.mjs`), source)
    const outfile = join(app, name)
    await build({
      ...{ entryPoints: [join(app, `${name}.entry.mjs`)], outfile, bundle: true, minify: true, platform: 'node' },
      ...{ target: 'node20.19', logLevel: 'error', ...options },
    })
    return outfile
  }

  const commonJs: BuildOptions = { format: 'cjs', logOverride: { 'empty-import-meta': 'silent' } }
  const memory = `import { memoryStore, systemClock } from 'intercom-to-klaviyo/runtime'
const openStore = () => memoryStore({ clock: systemClock })`
  const sqlite = `import { systemClock } from 'intercom-to-klaviyo/runtime'
import { sqliteStore } from 'intercom-to-klaviyo/store/sqlite'
const openStore = () => sqliteStore('bundled.db', { clock: systemClock })`
  const delivered = { status: 200, metric: 'Created Conversation', phone: '+353871234567' }

  beforeAll(async () => {
    await run(bin, ['build', '--out', 'built.mjs'])
  })

  test.each<[string, string, BuildOptions]>([
    ['memory.mjs', memory, { format: 'esm' }],
    ['sqlite.cjs', sqlite, { ...commonJs, external: ['@photostructure/sqlite'] }],
  ])('%s receives and delivers a webhook', async (name, store, options) => {
    const file = await bundle(name, delivering(store), options)
    const { stdout } = await node('--disallow-code-generation-from-strings', file)
    expect(JSON.parse(String(stdout))).toEqual(delivered)
  })

  test.skipIf(process.getBuiltinModule('node:sqlite'))('names a native engine that it left behind', async () => {
    const { stdout } = await node(await bundle('native.cjs', delivering(sqlite), commonJs))
    expect(JSON.parse(String(stdout))).toEqual({
      fault: 'store/no-engine',
      message: expect.stringMatching(
        /^SQLite needs Node 22\.13 .* binary of @photostructure\/sqlite .* keep it external/,
      ),
    })
  })

  test('of CommonJS without a built spec says what to pass', async () => {
    const source = `import { intercomToKlaviyo } from 'intercom-to-klaviyo'
intercomToKlaviyo().catch(({ code, message }) => console.log(JSON.stringify({ code, message })))`
    const { stdout } = await node(await bundle('unbuilt.cjs', source, commonJs))
    expect(JSON.parse(String(stdout))).toMatchObject({
      code: 'spec/no-folder',
      message: expect.stringContaining('connector build --out spec.js'),
    })
  })
})

describe('the bin', () => {
  test('runs the demo on its own sandbox', async () => {
    const { stdout, stderr } = await run(bin, ['demo', '--for', '0.1'])
    expect(stdout).toContain('Connected Klaviyo by OAuth')
    expect(stdout).toContain('Import finished')
    expect(stderr).toContain('done: sent')
  })

  test('validates the shipped spec', async () => {
    expect(await run(bin, ['validate'])).toEqual({
      stdout: expect.stringMatching(/\n9 metrics, .*: no problems\n$/),
      stderr: '',
    })
  })

  test('previews a file', async () => {
    const args = ['preview', '--topic', 'conversation.user.created', 'notification.json', '--json']
    const { stdout } = await run(bin, args)
    expect(JSON.parse(String(stdout))).toMatchObject([
      { metric: 'Created Conversation', profile: { email: 'ann@harbourlight.shop' } },
    ])
  })

  test('links the homepage and the issue tracker of the package', () => {
    const { bugs, homepage } = JSON.parse(read('package.json'))
    expect(cliApp).toMatchObject({ homepage, bugsUrl: bugs.url })
  })

  test('prints the version of the package', async () => {
    const { version } = JSON.parse(read('package.json'))
    expect(String((await run(bin, ['--version'])).stdout)).toContain(version)
  })
})

describe('without what only some hosts need', () => {
  beforeAll(removePeers)

  test('a host installs less than 16 MB, and fewer packages than before', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
    const names = closureOf(packages, '')
    const sizes = [...names].map((name) => sizeOf(join(root, name)))
    const whole = sizes.reduce((sum, size) => sum + size, sizeOf(installed))
    expect(names.size).toBeGreaterThan(20)
    expect(names.size).toBeLessThan(43)
    expect(whole).toBeLessThan(16_000_000)
  })

  test.each<[string, string[], RegExp]>([
    [
      'the editor server',
      ['lsp'],
      /The editor server needs .*: npm install vscode-languageserver vscode-languageserver-t/,
    ],
    ...(process.getBuiltinModule('node:sqlite')
      ? []
      : [
          [
            'SQLite',
            ['dead-letters', 'list'],
            /SQLite needs Node 22\.13 or newer, or a package\. .*: npm install @photostructure\/sqlite/,
          ] satisfies [string, string[], RegExp],
        ]),
  ])('%s says what to install', async (_, args, words) => {
    await expect(run(bin, args)).rejects.toMatchObject({ stderr: expect.stringMatching(words) })
  })

  test('the demo runs', async () => {
    expect(String((await run(bin, ['demo', '--for', '0.1'])).stdout)).toContain('Import finished')
  })
})

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>
}

/** The folders that npm installs for a package of the lock, in which each is found as `require` finds it. */
function closureOf(packages: Lock['packages'], folder: string, found = new Set<string>()): ReadonlySet<string> {
  for (const name of Object.keys(packages[folder]?.dependencies ?? {})) {
    const nested = `${folder}/node_modules/${name}`.replace(/^\//, '')
    const path = nested in packages ? nested : `node_modules/${name}`
    if (found.has(path)) continue
    found.add(path)
    closureOf(packages, path, found)
  }
  return found
}

const sizeOf = (folder: string): number =>
  filesIn(folder)
    .filter((path) => !path.startsWith('node_modules/'))
    .reduce((sum, path) => sum + statSync(join(folder, path)).size, 0)
