/** Writes every generated file: types and validators of the spec's files, the package's version, reference pages. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type GeneratedFile, generateCode, generatePages } from './generated.ts'

const root = new URL('../', import.meta.url)

async function write(files: readonly GeneratedFile[]): Promise<void> {
  for (const { path, text } of files) {
    const file = fileURLToPath(new URL(path, root))
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    process.stdout.write(`${path}\n`)
  }
}

// The pages load the shipped spec with the validators that were just written.
await write(await generateCode(root))
await write(await generatePages(root))
