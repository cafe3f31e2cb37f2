/** `build` and `validate --verbose`: output and exit codes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Loaders } from '../../../runtime/cli/loaders.ts'
import type { NotCompilableReason } from '../../../runtime/expression/compiler/not-compilable-help.ts'
import { type LoadedSpec, loadSpec } from '../../../runtime/spec/load.ts'
import { loadBundle } from '../../../runtime/spec/load-bundle.ts'
import { openSpecFolder } from '../../../runtime/spec/spec-files.ts'
import { runCommand, spec } from '../../helpers/cli-fake.ts'
import { functions } from '../../helpers/spec/spec-functions.ts'

const smallSpec = new URL('../../diagnostics/spec/', import.meta.url)
const cwd = mkdtempSync(join(tmpdir(), 'build-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

/** Runs a command on the small spec, with another expression for the title. */
function withTitle(title = 'title') {
  const disk = openSpecFolder(smallSpec)
  const read = async (path: string) => (await disk.read(path))?.replace('Title: title', `Title: ${title}`)
  const spec: Loaders['spec'] = (folder, { functions }) => loadSpec(folder, { functions, files: { ...disk, read } })
  return (...argv: string[]) => runCommand(argv, { app: { functions }, load: { spec }, cwd, env: {} })
}

describe('build', () => {
  test('writes a module that hosts can load', async () => {
    expect(await withTitle()('build', '--out', 'spec.mjs')).toEqual({
      exit: 0,
      out: expect.stringMatching(/^spec\.mjs: \d+ expressions, all compiled\n$/),
      err: '',
    })
    const { built } = await import(/* @vite-ignore */ join(cwd, 'spec.mjs'))
    const { mappings } = await loadBundle(built, { functions })
    expect(mappings.map(({ metric }) => metric)).toContain('Resolved Ticket')
  })

  test('writes the same module to stdout', async () => {
    const { out } = await withTitle()('build')
    expect(out).toBe(readFileSync(join(cwd, 'spec.mjs'), 'utf8'))
  })

  test('prints the code of one metric under its property names', async () => {
    const { exit, out } = await withTitle()('build', '--print', 'Resolved Ticket')
    expect(exit).toBe(0)
    const { expressions } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(out)}`)
    const names = ['each', 'when', 'key[0]', 'key[1]', 'time', 'contact', 'skip no-contact']
    expect(Object.keys(expressions)).toEqual([...names, 'Ticket ID', 'Team', 'Title', 'Phone', 'Tags'])
    expect(out).toMatch(
      /^ {2}\/\/ "?mappings\/resolved-ticket\.yaml:\d+:\d+"?\n {2}"Title": \(library, functions, begin\) => \{$/m,
    )
  })

  test.each(['Profile', 'tickets', 'team'])('prints the code of %s', async (name) => {
    const { exit, out } = await withTitle()('build', '--print', name, '--json')
    expect(exit).toBe(0)
    const { expressions } = JSON.parse(out)
    expect(expressions.length).toBeGreaterThan(0)
    for (const expression of expressions)
      expect(expression).toMatchObject({ name: expect.any(String), source: expect.any(String) })
  })

  test.each<[string, string[], number, string]>([
    ['an unknown name', ['--print', 'Resolvd Ticket'], 2, 'did you mean "Resolved Ticket"?'],
    ['--print with --out', ['--print', 'Profile', '--out', 'x'], 2, 'either --out or --print'],
    ['--json without --out', ['--json'], 2, '--json needs --out FILE or --print NAME'],
    ['a nonexistent folder', ['--out', 'no/such/folder/x.mjs'], 1, 'cannot write no/such/folder/x.mjs (ENOENT)'],
  ])('%s', async (_, argv, exit, words) => {
    const result = await withTitle()('build', ...argv)
    expect(result).toMatchObject({ exit, out: '', err: expect.stringContaining(words) })
  })

  test('writes nothing for a spec with errors', async () => {
    const result = await withTitle('$eval("1")')('build', '--out', 'none.mjs')
    expect(result).toMatchObject({ exit: 3, out: '', err: expect.stringContaining('expression/eval') })
    expect(() => readFileSync(join(cwd, 'none.mjs'))).toThrow('ENOENT')
  })
})

describe('validate --verbose', () => {
  const expression = (place: string, reason?: NotCompilableReason): LoadedSpec['expressions'][number] => ({
    file: 'a.yaml',
    path: ['time'],
    expression: {
      text: 'created_at',
      place,
      variables: new Set(),
      evaluate: () => 1,
      ...(reason !== undefined && { notCompiled: { reason, place } }),
    },
  })
  const validate = (...expressions: LoadedSpec['expressions']) => {
    const load = { spec: async () => ({ spec, diagnostics: [], files: [], expressions }) }
    return (...argv: string[]) => runCommand(['validate', '--verbose', ...argv], { load, env: {} })
  }

  test('reports that all are compiled', async () => {
    const { out } = await validate(expression('a.yaml:1:1'), expression('a.yaml:2:1'))()
    expect(out).toMatch(/no problems\n2 expressions, all compiled\n$/)
  })

  const mixed = validate(expression('a.yaml:1:1'), expression('a.yaml:12:7', 'parent operator'))

  test('lists interpreted expressions with place and reason', async () => {
    const { exit, out } = await mixed()
    expect(exit).toBe(0)
    expect(out.split('\n').slice(-3, -1)).toEqual([
      '2 expressions, 1 compiled; the interpreter runs the others, with the same results but slower:',
      '  a.yaml:12:7:  parent operator  help: put the filter within the brackets: (a.b[%.c]) and not (a.b)[%.c]',
    ])
  })

  test('prints JSON', async () => {
    expect(JSON.parse((await mixed('--json')).out)).toMatchObject({
      ok: true,
      expressions: {
        total: 2,
        compiled: 1,
        interpreted: [{ place: 'a.yaml:12:7', reason: 'parent operator', text: 'created_at' }],
      },
    })
  })

  test('compiles nothing without --verbose', async () => {
    const untouchable = expression('a.yaml:1:1')
    Object.defineProperty(untouchable.expression, 'notCompiled', { get: () => expect.unreachable() })
    const load = { spec: async () => ({ spec, diagnostics: [], files: [], expressions: [untouchable] }) }
    expect((await runCommand(['validate'], { load, env: {} })).exit).toBe(0)
  })
})
