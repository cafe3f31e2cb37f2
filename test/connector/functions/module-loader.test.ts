/** No record is to blame for a library that cannot be loaded: its events wait, and the next try loads it. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build, type Plugin } from 'esbuild'
import { afterEach, describe, expect, test } from 'vitest'
import { ModuleLoader } from '../../../connector/functions/module-loader.ts'
import type { ExpressionFunction } from '../../../runtime/expression/functions.ts'
import { compileExpression } from '../../../runtime/expression/link.ts'
import { createCleanup, temporaryFolder } from '../../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

function failingOnce() {
  const calls: string[] = []
  const loader = new ModuleLoader({
    name: 'library',
    load: async () => {
      calls.push('load')
      throw Object.assign(new Error('too many open files'), { code: 'EMFILE' })
    },
    loadAgain: async () => {
      calls.push('load again')
      return 'loaded'
    },
  })
  return { loader, calls }
}

describe('a load that fails once', () => {
  test('is a transient fault, and the next one succeeds', async () => {
    const { loader, calls } = failingOnce()
    const [first, shared] = [loader.load(), loader.load()]
    await expect(first).rejects.toMatchObject({ kind: 'transient', code: 'expression/not-loaded' })
    await expect(shared).rejects.toThrow('the library could not be loaded (EMFILE)')
    await loader.load()
    expect([loader.module, loader.load(), calls]).toEqual(['loaded', undefined, ['load', 'load again']])
  })

  test('is a fault of the expression that waits, and its next evaluation succeeds', async () => {
    const { loader } = failingOnce()
    const shout: ExpressionFunction = {
      name: 'shout',
      signature: '<x?:s>',
      doc: '',
      example: { expr: '$shout("a")', gives: 'A' },
      run: (text) => (loader.module === undefined ? undefined : String(text).toUpperCase()),
      load: () => loader.load(),
    }
    const expression = compileExpression('$shout(name)', { place: 'a.yaml:1:1' }, [shout])
    await expect((async () => expression.evaluate({ name: 'ann' }))()).rejects.toMatchObject({
      kind: 'transient',
      code: 'expression/not-loaded',
      details: { permanent: false },
    })
    expect(await expression.evaluate({ name: 'ann' })).toBe('ANN')
  })
})

test('a process whose package folder is away for a moment reads numbers again', async () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const folder = temporaryFolder(closing)
  const library = 'runtime/lib/phone/phone-library'
  const apart: Plugin = {
    name: 'apart',
    setup({ onResolve }) {
      onResolve({ filter: /phone-library\.ts$/ }, ({ kind }) =>
        kind === 'entry-point' ? undefined : { path: `../../${library}.js`, external: true },
      )
    },
  }
  await build({
    entryPoints: ['connector/functions/phone.ts', `${library}.ts`],
    absWorkingDir: root,
    outdir: folder,
    ...({ bundle: true, plugins: [apart], format: 'esm', platform: 'node' } as const),
  })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(folder, 'main.mjs'),
    `import { renameSync } from 'node:fs'
import { loadPhoneMetadata, toE164 } from './connector/functions/phone.js'
const [library] = process.argv.slice(2)
const load = () => loadPhoneMetadata()?.catch(({ kind, code }) => kind + ' ' + code)
renameSync(library, library + '.away')
const away = [await load(), await load()]
renameSync(library + '.away', library)
console.log(JSON.stringify([...away, await load(), toE164('087 123 4567', 'IE')]))`,
  )
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(folder, 'main.mjs'),
    join(folder, `${library}.js`),
  ])
  const fault = 'transient expression/not-loaded'
  expect(JSON.parse(stdout)).toEqual([fault, fault, null, '+353871234567'])
})
