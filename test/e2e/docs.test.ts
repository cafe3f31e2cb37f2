/** What is documented stays true: generated pages are fresh, links lead somewhere, YAML samples pass `validate`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { apiReference } from '../../scripts/api-reference.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

describe('the API reference is fresh', () => {
  const pages = apiReference(root)

  test.each(pages)('$path', ({ path, text }) => {
    expect(read(path), 'run npm run docs').toBe(text)
  })

  test('and holds no page of an entry point that is gone', () => {
    const names = readdirSync(new URL('docs/reference/api/', root)).map((name) => `docs/reference/api/${name}`)
    expect(names.sort()).toEqual(pages.map(({ path }) => path).sort())
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
