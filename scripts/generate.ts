/** Writes what is derived: the types of the spec's files and the reference pages. A test holds them fresh. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generated } from './generated.ts'

const root = new URL('../', import.meta.url)

for (const { path, text } of await generated(root)) {
  const file = fileURLToPath(new URL(path, root))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  process.stdout.write(`${path}\n`)
}
