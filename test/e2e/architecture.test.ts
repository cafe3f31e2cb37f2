/** Imports go one way and in no circle, vendors stay out of the runtime, effects are passed in, files stay small. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path/posix'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { OWN_PROCESS, SLOW } from '../file-lists.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface SourceFile {
  readonly path: string
  readonly text: string
}

function sources(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

const runtime = sources('runtime')
const connector = sources('connector')
const sandbox = sources('sandbox')
const all = [...runtime, ...connector, ...sandbox]

/** The rooms of the runtime: each may import itself and the rooms before it. */
const ROOMS = [
  'runtime/version.ts',
  'runtime/ports',
  'runtime/fault-reference.ts',
  'runtime/side-fault-codes.ts',
  'runtime/alert-fault-codes.ts',
  'runtime/store-fault-codes.ts',
  'runtime/import-fault-codes.ts',
  'runtime/fault-codes.ts',
  'runtime/skip-reasons.ts',
  'runtime/lib',
  'runtime/system.ts',
  'runtime/record-history.ts',
  'runtime/timeline.ts',
  'runtime/store',
  'runtime/observe',
  'runtime/expression',
  'runtime/spec',
  'runtime/http',
  'runtime/http-destination',
  'runtime/source',
  'runtime/mapping',
  'runtime/search-keys.ts',
  'runtime/delivery',
  'runtime/backfill',
  'runtime/reconcile',
  'runtime/verify',
  'runtime/running-spec',
  'runtime/plan',
  'runtime/recipes.ts',
  'runtime/metric-ids.ts',
  'runtime/auth',
  'runtime/event-stream',
  'runtime/connector.ts',
  'runtime/create-pipeline.ts',
  'runtime/create-events.ts',
  'runtime/create-connector.ts',
  'runtime/yaml-connector',
  'runtime/health',
  'runtime/tenants',
  'runtime/metrics-text.ts',
  'runtime/alerts',
  'runtime/conformance',
  'runtime/editor',
  'runtime/spec-editing',
  'runtime/console',
  'runtime/catalog',
  'runtime/cli',
  'runtime/otel',
  'runtime/index.ts',
]

/** Rooms that may import even less than those before them. `ports` and `lib` are free for all. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  'runtime/store': ['runtime/system.ts'],
  'runtime/expression': [],
  'runtime/spec': ['runtime/expression', 'runtime/version.ts'],
  'runtime/editor': ['runtime/expression', 'runtime/spec'],
  'runtime/catalog': ['runtime/expression', 'runtime/spec', 'runtime/editor', 'runtime/skip-reasons.ts'],
  // Made of observations alone.
  'runtime/otel': ['runtime/version.ts', 'runtime/observe'],
  'runtime/backfill': ['runtime/expression', 'runtime/spec', 'runtime/http', 'runtime/source', 'runtime/mapping'],
  // A host that embeds us brings its store and its pages, and loads no command.
  'runtime/create-connector.ts': ROOMS.slice(0, ROOMS.indexOf('runtime/create-connector.ts')).filter(
    (room) => room !== 'runtime/store' && room !== 'runtime/auth',
  ),
}
const FREE = ['runtime/ports', 'runtime/lib']

const roomOf = (path: string) => ROOMS.find((room) => path === room || path.startsWith(`${room}/`))

/** Every file that a file imports, types included. */
function importsOf({ path, text }: SourceFile): string[] {
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target]) => target ?? '')
  return found.map((target) => normalize(join(dirname(path), target)))
}

test('every file of the runtime belongs to a room', () => {
  expect(runtime.map(({ path }) => path).filter((path) => roomOf(path) === undefined)).toEqual([])
})

test('imports go one way', () => {
  const wrong = runtime.flatMap((file) => {
    const room = roomOf(file.path) ?? ''
    const before = ROOMS.slice(0, ROOMS.indexOf(room))
    const allowed = [room, ...FREE.filter((free) => before.includes(free)), ...(ONLY[room] ?? before)]
    return importsOf(file)
      .filter((target) => !allowed.some((one) => target === one || target.startsWith(`${one}/`)))
      .map((target) => `${file.path} imports ${target}`)
  })
  expect(wrong).toEqual([])
})

test('the connector and the sandbox are reached by neither the runtime nor each other', () => {
  const outside = (target: string) => !target.startsWith('runtime/')
  const wrong = [
    ...runtime.flatMap((file) => importsOf(file).filter(outside)),
    ...sandbox.flatMap((file) => importsOf(file).filter((target) => target.startsWith('connector/'))),
  ]
  expect(wrong).toEqual([])
})

test('the sandbox uses the runtime only for ports and utilities', () => {
  const allowed = ['runtime/ports/', 'runtime/lib/', 'runtime/system.ts']
  const wrong = sandbox.flatMap((file) =>
    importsOf(file)
      .filter((target) => target.startsWith('runtime/') && !allowed.some((one) => target.startsWith(one)))
      .map((target) => `${file.path} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

const COMPILER = 'runtime/expression/compiler'

/** The compiler is to become a package, so it imports types of ours only, and its run time never loads its compile time. */
const COMPILER_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  [COMPILER]: [COMPILER, 'runtime/ports/types.ts', 'runtime/ports/fault.ts'],
  [`${COMPILER}/runtime`]: [
    `${COMPILER}/runtime`,
    `${COMPILER}/regex`,
    'runtime/ports/types.ts',
    'runtime/ports/fault.ts',
  ],
  [`${COMPILER}/regex`]: [`${COMPILER}/regex`],
}

test.each(Object.entries(COMPILER_IMPORTS))('%s imports nothing else of ours', (folder, allowed) => {
  const files = runtime.filter(({ path }) => path.startsWith(`${folder}/`))
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => !allowed.some((one) => target === one || target.startsWith(`${one}/`)))
      .map((target) => `${file.path} imports ${target}`),
  )
  expect(files).not.toEqual([])
  expect(wrong).toEqual([])
})

test('no imports form a circle', () => {
  expect(circlesOf(all)).toEqual([])
})

/** Tarjan's strongly connected components, those of more than one file. */
function circlesOf(files: readonly SourceFile[]): string[][] {
  const edges = new Map(files.map((file) => [file.path, importsOf(file)]))
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []
  const visit = (path: string) => {
    const order = index.size
    index.set(path, order)
    low.set(path, order)
    stack.push(path)
    for (const next of edges.get(path) ?? []) {
      if (!edges.has(next)) continue
      if (!index.has(next)) visit(next)
      if (stack.includes(next)) low.set(path, Math.min(low.get(path) ?? order, low.get(next) ?? order))
    }
    if (low.get(path) !== order) return
    const circle = stack.splice(stack.indexOf(path))
    if (circle.length > 1) circles.push(circle.sort())
  }
  for (const path of edges.keys()) if (!index.has(path)) visit(path)
  return circles
}

test('only the bin reaches the commands, so a host that embeds us loads none', () => {
  const reaches = ({ text }: SourceFile) => /^import (?!type )[^\n]*'\.[^'\n]*\/runtime\/cli\//m.test(text)
  const wrong = [...connector, ...sandbox].filter((file) => file.path !== 'connector/main.ts' && reaches(file))
  expect(wrong.map(({ path }) => path)).toEqual([])
})

test('the runtime names no vendor', () => {
  const named = runtime.filter(({ text }) => /intercom|klaviyo/i.test(text))
  expect(named.map(({ path }) => path)).toEqual([])
})

test('no effect is global: time, chance and network come in as arguments', () => {
  const effects = /\b(Date\.now|Math\.random|setTimeout|setInterval)\(|(?<![.\w])fetch\(/
  const exempt = ['runtime/system.ts', 'runtime/console/assets/script.ts', 'runtime/console/assets/editor/'] // of browsers
  const pure = [...runtime, ...connector].filter(({ path }) => !exempt.some((one) => path.startsWith(one)))
  expect(pure.filter(({ text }) => effects.test(text)).map(({ path }) => path)).toEqual([])
})

describe('lists of test files', () => {
  const files = sources('test').filter(({ path }) => path.endsWith('.test.ts'))

  test('name files that are there', () => {
    const paths = files.map(({ path }) => path)
    expect([...OWN_PROCESS, ...SLOW].filter((path) => !paths.includes(path))).toEqual([])
  })

  test('a file that measures or changes its process has one of its own', () => {
    const signs = ["from 'nock'", "/intercom.ts'\n", 'setFlagsFromString(', 'process.memoryUsage(']
    const found = files.filter(({ text }) => signs.some((sign) => text.includes(sign))).map(({ path }) => path)
    expect(found.filter((path) => !OWN_PROCESS.includes(path) && path !== 'test/e2e/architecture.test.ts')).toEqual([])
  })
})

describe('every file', () => {
  for (const { path, text } of all) {
    if (path.includes('/generated/') || path === 'runtime/version.ts') continue
    test(`${path} says what it is for and has at most 300 lines`, () => {
      expect(text.replace(/^#!.*\n/, '')).toMatch(/^\/(\/|\*)/)
      if (!path.startsWith('runtime/ports/')) expect(text.split('\n').length).toBeLessThanOrEqual(301)
    })
  }
})
