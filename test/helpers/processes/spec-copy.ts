/** A copy of the shipped spec with other figures, so that a test need not wait for half a minute. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Cleanup, temporaryFolder } from './processes.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Resolves to the folder. Throws for a text that the spec does not hold. */
export function copySpec(closing: Cleanup, changes: readonly (readonly [from: string, to: string])[]): string {
  const folder = temporaryFolder(closing)
  for (const name of ['fields.yaml', 'mappings', 'recipes'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  let text = readFileSync(join(root, 'connector.yaml'), 'utf8')
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`connector.yaml does not hold ${from}`)
    text = text.replaceAll(from, to)
  }
  writeFileSync(join(folder, 'connector.yaml'), text)
  return folder
}
