/** Runs the connector from source: from a bundle in plain JavaScript, rebuilt when a source file has changed. */
// Transpiling 280 files of TypeScript at load cost more than half of every command's time (`npm run bench -- startup`).
// This file is plain JavaScript because no loader for TypeScript is active yet.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
/** Each bundle finds `connector.yaml` two levels up, as the compiled package does. */
const bundles = `${root}.source/`
const RETENTION_DAYS = 30

module.enableCompileCache?.() // from Node 22.1 on
process.setSourceMapsEnabled(true)
await import(await entry())

/** The newest bundle if all its sources are unchanged, otherwise a new one. */
async function entry() {
  const current = newestBundle()
  if (current && Object.entries(current.files).every(([file, stamp]) => stampOf(file) === stamp))
    return urlOf(current.name)
  try {
    return urlOf(await buildBundle())
  } catch (error) {
    if (!['EACCES', 'EROFS', 'ENOSPC'].includes(error.code)) throw error
    // A read-only checkout is transpiled file by file.
    await import('tsx')
    return new URL('../connector/main.ts', import.meta.url).href
  }
}

function newestBundle() {
  try {
    return JSON.parse(readFileSync(`${bundles}newest.json`, 'utf8'))
  } catch {
    return undefined
  }
}

/** Points to the new bundle last, so that of two concurrent processes each runs a complete one. */
async function buildBundle() {
  const name = `${Date.now()}-${process.pid}`
  mkdirSync(bundles, { recursive: true })
  deleteOldBundles()
  const { build } = await import('esbuild')
  const { metafile } = await build({
    ...{ entryPoints: ['connector/main.ts'], absWorkingDir: root, outdir: `${bundles}${name}` },
    ...{ bundle: true, splitting: true, packages: 'external', format: 'esm', platform: 'node', target: 'node20.19' },
    ...{ outExtension: { '.js': '.mjs' }, sourcemap: 'linked', metafile: true, logLevel: 'warning' },
  })
  const files = Object.fromEntries(Object.keys(metafile.inputs).map((file) => [file, stampOf(file)]))
  const draft = `${bundles}${name}.json`
  writeFileSync(draft, JSON.stringify({ name, files }))
  renameSync(draft, `${bundles}newest.json`)
  return name
}

/** Deletes bundles after a month: a running process may still load parts of an older one. */
function deleteOldBundles() {
  for (const name of readdirSync(bundles)) {
    const age = Date.now() - Number.parseInt(name, 10)
    if (age > RETENTION_DAYS * 86_400_000) rmSync(`${bundles}${name}`, { recursive: true, force: true })
  }
}

function stampOf(file) {
  const stats = statSync(`${root}${file}`, { throwIfNoEntry: false })
  return stats && `${stats.mtimeMs} ${stats.size}`
}

function urlOf(name) {
  return pathToFileURL(`${bundles}${name}/main.mjs`).href
}
