/** `build` and `validate --verbose`: what they write and print, and how they end. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Loaders } from '../../../runtime/cli/loaders.ts'
import { type Loaded, loadSpec } from '../../../runtime/spec/load.ts'
import { loadBundle } from '../../../runtime/spec/load-bundle.ts'
import { filesOn } from '../../../runtime/spec/spec-files.ts'
import { run, spec } from '../../helpers/cli-fake.ts'
import { functions } from '../../helpers/spec-functions.ts'

const small = new URL('../../diagnostics/spec/', import.meta.url)
const cwd = mkdtempSync(join(tmpdir(), 'build-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

/** The small spec, with its title written in another way. */
function connector(title = 'title') {
  const disk = filesOn(small)
  const read = async (path: string) => (await disk.read(path))?.replace('Title: title', `Title: ${title}`)
  const spec: Loaders['spec'] = (folder, { functions }) => loadSpec(folder, { functions, files: { ...disk, read } })
  return (...argv: string[]) => run(argv, { app: { functions }, load: { spec }, cwd, env: {} })
}

describe('build', () => {
  test('writes a module that a host can load', async () => {
    expect(await connector()('build', '--out', 'spec.mjs')).toEqual({
      exit: 0,
      out: expect.stringMatching(/^spec\.mjs: \d+ expressions, all compiled\n$/),
      err: '',
    })
    const { built } = await import(/* @vite-ignore */ join(cwd, 'spec.mjs'))
    const { spec } = await loadBundle(built, { functions })
    expect(spec?.mappings.map(({ metric }) => metric)).toContain('Resolved Ticket')
  })

  test('writes the same to stdout', async () => {
    const { out } = await connector()('build')
    expect(out).toBe(readFileSync(join(cwd, 'spec.mjs'), 'utf8'))
  })

  test('shows the code of one metric under the names of its properties', async () => {
    const { exit, out } = await connector()('build', '--print', 'Resolved Ticket')
    expect(exit).toBe(0)
    const { expressions } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(out)}`)
    const names = ['each', 'when', 'key[0]', 'key[1]', 'time', 'contact', 'skip no-contact']
    expect(Object.keys(expressions)).toEqual([...names, 'Ticket ID', 'Team', 'Title', 'Phone', 'Tags'])
    expect(out).toMatch(
      /^ {2}\/\/ "?mappings\/resolved-ticket\.yaml:\d+:\d+"?\n {2}"Title": \(library, functions\) => \{$/m,
    )
  })

  test.each(['Profile', 'tickets', 'team'])('shows that of %s', async (name) => {
    const { exit, out } = await connector()('build', '--print', name, '--json')
    expect(exit).toBe(0)
    const { expressions } = JSON.parse(out)
    expect(expressions.length).toBeGreaterThan(0)
    for (const each of expressions) expect(each).toMatchObject({ name: expect.any(String), source: expect.any(String) })
  })

  test.each<[string, string[], number, string]>([
    ['a name there is none of', ['--print', 'Resolvd Ticket'], 2, 'did you mean "Resolved Ticket"?'],
    ['two wishes', ['--print', 'Profile', '--out', 'x'], 2, 'either --out or --print'],
    ['--json of a module on stdout', ['--json'], 2, '--json needs --out FILE or --print NAME'],
    ['a place that is not there', ['--out', 'no/such/folder/x.mjs'], 1, 'cannot be written (ENOENT)'],
  ])('%s', async (_, argv, exit, words) => {
    const result = await connector()('build', ...argv)
    expect(result).toMatchObject({ exit, out: '', err: expect.stringContaining(words) })
  })

  test('writes nothing of a spec with errors', async () => {
    const result = await connector('$eval("1")')('build', '--out', 'none.mjs')
    expect(result).toMatchObject({ exit: 3, out: '', err: expect.stringContaining('expression/eval') })
    expect(() => readFileSync(join(cwd, 'none.mjs'))).toThrow('ENOENT')
  })
})

describe('validate --verbose', () => {
  const expression = (place: string, reason?: string): Loaded['expressions'][number] => ({
    file: 'a.yaml',
    path: ['time'],
    expression: {
      text: 'created_at',
      place,
      variables: new Set(),
      evaluate: () => 1,
      ...(reason !== undefined && { refused: { reason, place, help: 'put it in brackets' } }),
    },
  })
  const validate = (...expressions: Loaded['expressions']) => {
    const load = { spec: async () => ({ spec, diagnostics: [], files: [], expressions }) }
    return (...argv: string[]) => run(['validate', '--verbose', ...argv], { load, env: {} })
  }

  test('says that all is compiled', async () => {
    const { out } = await validate(expression('a.yaml:1:1'), expression('a.yaml:2:1'))()
    expect(out).toMatch(/no problems\n2 expressions, all compiled\n$/)
  })

  const mixed = validate(expression('a.yaml:1:1'), expression('a.yaml:12:7', 'parent operator'))

  test('says what is not, where and why', async () => {
    const { exit, out } = await mixed()
    expect(exit).toBe(0)
    expect(out.split('\n').slice(1, 3)).toEqual([
      '2 expressions, 1 compiled; the others run on the interpreter, which gives the same and takes longer:',
      '  a.yaml:12:7:  parent operator  help: put it in brackets',
    ])
  })

  test('and to programs', async () => {
    expect(JSON.parse((await mixed('--json')).out)).toMatchObject({
      ok: true,
      expressions: {
        total: 2,
        compiled: 1,
        interpreted: [{ place: 'a.yaml:12:7', reason: 'parent operator', text: 'created_at' }],
      },
    })
  })

  test('which is asked for: otherwise nothing is compiled', async () => {
    const dear = expression('a.yaml:1:1')
    Object.defineProperty(dear.expression, 'refused', { get: () => expect.unreachable() })
    const load = { spec: async () => ({ spec, diagnostics: [], files: [], expressions: [dear] }) }
    expect((await run(['validate'], { load, env: {} })).exit).toBe(0)
  })
})
