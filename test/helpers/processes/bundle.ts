/** Programs in TypeScript as plain JavaScript: bundled once, they start in a third of the processor time that tsx takes. */
import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import type { Cleanup } from './processes.ts'

// The folder of the checkout, also where this file is compiled for a benchmark: both run there.
const root = resolve()

/** Bundles programs of this checkout, by paths in it. Returns the path of each bundle, for Node. */
export async function bundlePrograms(paths: readonly string[], closing: Cleanup): Promise<(path: string) => string> {
  // Finds `connector.yaml` two levels up, as the compiled package does.
  const outdir = join(root, '.source', `test-${randomUUID()}`)
  closing.add(outdir, () => rmSync(outdir, { recursive: true, force: true }))
  const nameOf = (path: string) => path.replace(/\.ts$/, '').replaceAll('/', '-')
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
  const sources = Object.entries<readonly string[]>(compilerOptions.paths)
  await build({
    ...{ entryPoints: Object.fromEntries(paths.map((path) => [nameOf(path), path])), absWorkingDir: root, outdir },
    ...{ bundle: true, splitting: true, packages: 'external', format: 'esm', platform: 'node', target: 'node20.19' },
    ...{ outExtension: { '.js': '.mjs' }, sourcemap: 'linked', logLevel: 'error' },
    alias: Object.fromEntries(sources.map(([name, [source = '']]) => [name, join(root, source)])),
  })
  return (path) => join(outdir, `${nameOf(path)}.mjs`)
}
