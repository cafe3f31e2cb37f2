/** Runs the connector from source: from a copy in plain JavaScript, made anew when one of its files has changed. */
// Turning 280 files of TypeScript into JavaScript while they load cost more than half of every command's time
// (`npm run bench -- startup`). Plain JavaScript itself, since nothing is there yet to read anything else.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
/** One level above its copies, so that each finds `connector.yaml` where the compiled package does: two levels up. */
const copies = `${root}.source/`
const KEPT_DAYS = 30

module.enableCompileCache?.() // from Node 22.1 on
process.setSourceMapsEnabled(true)
await import(await entry())

/** The newest copy if it is one of the files as they are now, otherwise a new one. */
async function entry() {
  const known = newest()
  if (known && Object.entries(known.files).every(([file, stamp]) => stampOf(file) === stamp)) return urlOf(known.name)
  try {
    return urlOf(await make())
  } catch (error) {
    if (!['EACCES', 'EROFS', 'ENOSPC'].includes(error.code)) throw error
    // A checkout that nobody may write to is read file by file.
    await import('tsx')
    return new URL('../connector/main.ts', import.meta.url).href
  }
}

function newest() {
  try {
    return JSON.parse(readFileSync(`${copies}newest.json`, 'utf8'))
  } catch {
    return undefined
  }
}

/** Written beside and named last: of two processes at once, each runs a whole copy. */
async function make() {
  const name = `${Date.now()}-${process.pid}`
  mkdirSync(copies, { recursive: true })
  drop()
  const { build } = await import('esbuild')
  const { metafile } = await build({
    ...{ entryPoints: ['connector/main.ts'], absWorkingDir: root, outdir: `${copies}${name}` },
    ...{ bundle: true, splitting: true, packages: 'external', format: 'esm', platform: 'node', target: 'node20.19' },
    ...{ outExtension: { '.js': '.mjs' }, sourcemap: 'linked', metafile: true, logLevel: 'warning' },
  })
  const files = Object.fromEntries(Object.keys(metafile.inputs).map((file) => [file, stampOf(file)]))
  const draft = `${copies}${name}.json`
  writeFileSync(draft, JSON.stringify({ name, files }))
  renameSync(draft, `${copies}newest.json`)
  return name
}

/** A process that still runs may yet load a part of its copy, so an old one is kept for long. */
function drop() {
  for (const name of readdirSync(copies)) {
    const age = Date.now() - Number.parseInt(name, 10)
    if (age > KEPT_DAYS * 86_400_000) rmSync(`${copies}${name}`, { recursive: true, force: true })
  }
}

function stampOf(file) {
  const found = statSync(`${root}${file}`, { throwIfNoEntry: false })
  return found && `${found.mtimeMs} ${found.size}`
}

function urlOf(name) {
  return pathToFileURL(`${copies}${name}/main.mjs`).href
}
