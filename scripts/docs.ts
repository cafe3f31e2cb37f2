/** Writes the API reference of the package's exports. A test holds it fresh. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { apiReference } from './api-reference.ts'

const root = new URL('../', import.meta.url)
const folder = new URL('docs/reference/api/', root)

const pages = apiReference(root)
await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
for (const { path, text } of pages) {
  await writeFile(new URL(path, root), text)
  process.stdout.write(`${path}\n`)
}
