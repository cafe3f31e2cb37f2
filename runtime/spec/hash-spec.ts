/** The hash of a spec: of the text of its files. */
import { createHash } from 'node:crypto'
import type { SourceFile } from './source-file.ts'

type Files = readonly Pick<SourceFile, 'path' | 'text'>[]

/** Tenants that share a spec share its list of files. */
const hashes = new WeakMap<Files, string>()

/** The same for the same text of all files, wherever they are. 12 hexadecimal digits. */
export function hashSpec(files: Files): string {
  const known = hashes.get(files)
  if (known !== undefined) return known
  const sorted = files.map(({ path, text }) => [path, text]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
  const fresh = createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 12)
  hashes.set(files, fresh)
  return fresh
}

/** For a list of files that a built spec leaves out: it was hashed when it was built. */
export function setHash(files: Files, hash: string): void {
  hashes.set(files, hash)
}
