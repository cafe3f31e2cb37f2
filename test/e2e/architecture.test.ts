/** Imports go one way, vendors stay out of the runtime, files stay small. Held here so that no review has to. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

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

/** What each part may import besides itself. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  'runtime/ports/types.ts': [],
  'runtime/version.ts': [],
  'runtime/ports/fault.ts': ['runtime/ports/types.ts'],
  'runtime/ports/auth.ts': [],
  'runtime/ports/ledger.ts': ['runtime/ports/types.ts'],
  'runtime/ports/recipes.ts': ['runtime/ports/types.ts'],
  'runtime/ports/ports.ts': [
    'runtime/ports/types.ts',
    'runtime/ports/fault.ts',
    'runtime/ports/ledger.ts',
    'runtime/ports/auth.ts',
  ],
  'runtime/system.ts': ['runtime/ports/ports.ts'],
  'runtime/lib/json.ts': ['runtime/ports/types.ts'],
  'runtime/lib/format.ts': [],
  'runtime/lib/throughput.ts': [],
  'runtime/skip-reasons.ts': [],
  'runtime/record-history.ts': [
    'runtime/ports/types.ts',
    'runtime/ports/fault.ts',
    'runtime/ports/ports.ts',
    'runtime/lib/format.ts',
    'runtime/skip-reasons.ts',
  ],
  'runtime/expression': ['runtime/ports/types.ts', 'runtime/ports/fault.ts', 'runtime/ports/ports.ts'],
  'runtime/spec': [
    'runtime/ports/types.ts',
    'runtime/ports/fault.ts',
    'runtime/ports/ledger.ts',
    'runtime/ports/recipes.ts',
    'runtime/ports/ports.ts',
    'runtime/version.ts',
    'runtime/expression',
  ],
  'runtime/flow': [
    'runtime/ports/types.ts',
    'runtime/lib/json.ts',
    'runtime/lib/format.ts',
    'runtime/ports/fault.ts',
    'runtime/ports/auth.ts',
    'runtime/ports/ledger.ts',
    'runtime/ports/recipes.ts',
    'runtime/ports/ports.ts',
    'runtime/expression',
    'runtime/spec',
  ],
  'runtime/account': [
    'runtime/ports/types.ts',
    'runtime/lib/json.ts',
    'runtime/ports/fault.ts',
    'runtime/ports/auth.ts',
    'runtime/ports/ledger.ts',
    'runtime/ports/recipes.ts',
    'runtime/ports/ports.ts',
    'runtime/expression',
    'runtime/spec',
    'runtime/flow',
  ],
  'runtime/store': [
    'runtime/ports/types.ts',
    'runtime/ports/fault.ts',
    'runtime/ports/ledger.ts',
    'runtime/ports/ports.ts',
    'runtime/system.ts',
  ],
  'runtime/console': [
    'runtime/ports/types.ts',
    'runtime/ports/fault.ts',
    'runtime/ports/auth.ts',
    'runtime/ports/ledger.ts',
    'runtime/ports/recipes.ts',
    'runtime/ports/ports.ts',
    'runtime/lib/format.ts',
    'runtime/lib/throughput.ts',
    'runtime/skip-reasons.ts',
    'runtime/record-history.ts',
    'runtime/expression',
    'runtime/spec',
    'runtime/flow',
    'runtime/account',
  ],
  'runtime/index.ts': ['runtime'],
  'runtime/cli': ['runtime'],
}

const partOf = (path: string) =>
  Object.keys(MAY)
    .filter((part) => path === part || path.startsWith(`${part}/`))
    .sort((a, b) => b.length - a.length)[0]

function importsOf({ path, text }: SourceFile): string[] {
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target]) => target ?? '')
  return found.map((target) => relative(root, join(root, dirname(path), target)))
}

test('every file of the runtime belongs to a part', () => {
  expect(runtime.map(({ path }) => path).filter((path) => partOf(path) === undefined)).toEqual([])
})

test('imports go one way', () => {
  const wrong = runtime.flatMap((file) => {
    const part = partOf(file.path) ?? ''
    const allowed = [part, ...(MAY[part] ?? [])]
    const fits = (target: string) => allowed.some((one) => target === one || target.startsWith(`${one}/`))
    return importsOf(file)
      .filter((target) => !fits(target))
      .map((target) => `${file.path} imports ${target}`)
  })
  expect(wrong).toEqual([])
})

test('only the bin reaches the commands, so a host that embeds us loads none', () => {
  const reaches = ({ text }: SourceFile) => /^import (?!type )[^\n]*'\.[^'\n]*\/runtime\/cli\//m.test(text)
  const wrong = connector.filter((file) => file.path !== 'connector/main.ts' && reaches(file))
  expect(wrong.map(({ path }) => path)).toEqual([])
})

test('the runtime names no vendor', () => {
  const named = runtime.filter(({ text }) => /intercom|klaviyo/i.test(text))
  expect(named.map(({ path }) => path)).toEqual([])
})

test('no effect is global: time, chance and network come in as arguments', () => {
  const effects = /\b(Date\.now|Math\.random|setTimeout|setInterval)\(|(?<![.\w])fetch\(/
  const pure = [...runtime, ...connector].filter(
    ({ path }) =>
      path !== 'runtime/system.ts' && !path.includes('/sandbox/') && path !== 'runtime/console/assets/script.ts', // a browser's
  )
  expect(pure.filter(({ text }) => effects.test(text)).map(({ path }) => path)).toEqual([])
})

describe('every file', () => {
  for (const { path, text } of [...runtime, ...connector]) {
    const generated = text.includes('Generated by')
    test(`${path} says what it is for and has at most 200 lines`, () => {
      expect(text.replace(/^#!.*\n/, '')).toMatch(/^\/(\/|\*)/)
      if (!generated) expect(text.split('\n').length).toBeLessThanOrEqual(201)
    })
  }
})
