/** `npm run build`: compiles the package into `dist`, then keeps only files that a user of the package can reach. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import { build, transformSync } from 'esbuild'

const root = fileURLToPath(new URL('../', import.meta.url))
const dist = join(root, 'dist')
const { bin, exports, dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
/** Installed beside the package. All others become part of it. */
const externalPackages = Object.keys({ ...dependencies, ...peerDependencies })
const entries = Object.values(exports).filter((target) => target.types !== undefined)

rmSync(dist, { recursive: true, force: true })
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
for (const file of filesOf(dist)) if (file.endsWith('.js')) removeComments(file)
minify('dist/runtime/spec/generated/validators.js')
await bundleSandbox()
// libphonenumber takes 10 MB installed, of which this is all that reads numbers.
await bundlePhone('dist/runtime/lib/phone/phone-library.js')
await bundleRedaction()
await bundleScales()
await bundleEditor()
await bundleDiff()
const scripts = await reachableScripts([...Object.values(bin), ...entries.map((entry) => entry.default)])
const types = reachableTypes(entries.map((entry) => entry.types))
for (const file of filesOf(dist)) if (!scripts.has(file) && !types.has(file)) rmSync(file)

/** The source has the comments, and the declarations; tsc cannot keep them in these alone. Names stay, for stack traces. */
function removeComments(file) {
  const minified = { minifyWhitespace: true, minifySyntax: true }
  const { code } = transformSync(readFileSync(file, 'utf8'), { legalComments: 'none', ...minified })
  writeFileSync(file, code)
}

/** Generated code is minified in the source, but tsc prints it with white space: a third of the file. */
function minify(path) {
  const file = join(root, path)
  writeFileSync(file, transformSync(readFileSync(file, 'utf8'), { minify: true }).code)
}

/** One minified file instead of fifty: the sandbox is for trying the connector, and no host imports it. */
async function bundleSandbox() {
  rmSync(join(dist, 'sandbox'), { recursive: true })
  await build({
    absWorkingDir: root,
    entryPoints: ['sandbox/index.ts'],
    outfile: 'dist/sandbox/index.js',
    bundle: true,
    minify: true,
    external: externalPackages,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  })
}

/** The commands that redact recordings also write numbers, in the form of each country. */
async function bundleRedaction() {
  const names = ['getCountries', 'isSupportedCountry', 'parsePhoneNumberFromString']
  const whole = 'dist/runtime/conformance/redact/libphonenumber.js'
  writeFileSync(join(root, whole), `export { ${names.join(', ')} } from 'libphonenumber-js/max'`)
  await bundlePhone(whole)
  for (const file of filesOf(join(root, 'dist/runtime/conformance/redact'))) {
    if (!file.endsWith('.js') || file === join(root, whole)) continue
    const path = relative(dirname(file), join(root, whole))
    const code = readFileSync(file, 'utf8')
    const inside = code.replace(
      /from ?(["'])libphonenumber-js\/max\1/g,
      `from"${path.startsWith('.') ? path : `./${path}`}"`,
    )
    if (inside !== code) writeFileSync(file, inside)
  }
}

async function bundlePhone(file) {
  const license = readFileSync(join(root, 'node_modules/libphonenumber-js/LICENSE'), 'utf8')
  await bundleInPlace(file, `libphonenumber-js; metadata of Google's libphonenumber, Apache License 2.0\n${license}`)
}

async function bundleInPlace(file, notice) {
  await build({
    plugins: [packMetadata()],
    ...{ absWorkingDir: root, entryPoints: [file], outfile: file, allowOverwrite: true },
    ...{ bundle: true, minify: true, format: 'esm', platform: 'node', target: 'node20.19', logLevel: 'warning' },
    banner: { js: `/*! ${notice}\n*/` },
  })
}

/** The few functions of d3 that charts use. */
async function bundleScales() {
  const license = readFileSync(join(root, 'node_modules/d3-array/LICENSE'), 'utf8')
  await bundleInPlace('dist/runtime/console/chart/scale-library.js', `d3-array, d3-time\n${license}`)
}

/** What browsers load, as a text of code: a bundle of a host has no files. */
async function bundleEditor() {
  const file = join(root, 'dist/runtime/console/assets/editor-script.js')
  const { loadEditorScript } = await import(pathToFileURL(file).href)
  const unpacking = unpackingCode(await loadEditorScript())
  const load = 'let script;export const loadEditorScript=async()=>script??=unpack();'
  writeFileSync(file, `${unpacking}${load}`)
}

/** Code with a function `unpack` that gives the text: a third of its size. */
function unpackingCode(text) {
  const packed = brotliCompressSync(text).toString('base64')
  return `import{brotliDecompressSync}from"node:zlib";const unpack=()=>brotliDecompressSync(Buffer.from("${packed}","base64")).toString();`
}

/** Numbering plans of all countries, for the commands that redact: a large part of the package as plain text. */
function packMetadata() {
  return {
    name: 'packed-metadata',
    setup({ onLoad }) {
      onLoad({ filter: /metadata\.max\.json\.js$/ }, () => {
        const json = readFileSync(join(root, 'node_modules/libphonenumber-js/metadata.max.json'), 'utf8')
        return { contents: `${unpackingCode(json)}export default JSON.parse(unpack())` }
      })
    },
  }
}

/** Of its 2 MB installed, one function is needed. */
async function bundleDiff() {
  const license = readFileSync(join(root, 'node_modules/diff/LICENSE'), 'utf8')
  await bundleInPlace('dist/runtime/lib/text/unified-diff.js', `jsdiff\n${license}`)
}

/** Drops modules of types alone, which compile to nothing and are imported by nothing. */
async function reachableScripts(entryPoints) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: 'unused',
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  return new Set(Object.keys(metafile.inputs).map((file) => join(root, file)))
}

/** Keeps the declarations that TypeScript reads for the exports of the package. */
function reachableTypes(entryPoints) {
  const found = new Set()
  const queue = entryPoints.map((entry) => join(root, entry))
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (found.has(file) || !existsSync(file)) continue
    found.add(file)
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)\.[jt]s['"]/g)) {
      queue.push(join(file, '..', `${path}.d.ts`))
    }
  }
  return found
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
