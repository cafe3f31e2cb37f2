/** Writes the reference pages that come from code: the package's exports, and the command line. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { generateCodeReference } from './reference/code-reference.ts'

const root = new URL('../', import.meta.url)
const api = new URL('docs/reference/api/', root)

const pages = await generateCodeReference(root)
await rm(api, { recursive: true, force: true })
await mkdir(api, { recursive: true })
for (const { path, text } of pages) {
  await writeFile(new URL(path, root), text)
  process.stdout.write(`${path}\n`)
}
