/** The base as it was when its changes were last accepted: a file beside connector.yaml, which is committed. */
import { stringify } from 'yaml'
import { SourceFile } from '../source-file.ts'
import type { SpecFiles } from '../spec-files.ts'
import { type Path, YamlFile } from '../yaml.ts'
import { hasValue, isMap } from './merge.ts'

export const LOCK_FILE = 'connector.lock.yaml'

export interface Lock {
  /** As `extends` named it. Undefined: the file is no lock. */
  readonly base: string | undefined
  /** Documents by the paths of their files. */
  readonly documents: ReadonlyMap<string, unknown>
  readonly file: SourceFile
}

export async function readLock(files: SpecFiles): Promise<Lock | undefined> {
  const text = await files.read(LOCK_FILE)
  if (text === undefined) return undefined
  const file = new SourceFile(LOCK_FILE, text)
  const { value } = new YamlFile(file)
  if (!isMap(value) || typeof value.extends !== 'string' || !isMap(value.files))
    return { base: undefined, documents: new Map(), file }
  return { base: value.extends, documents: new Map(Object.entries(value.files)), file }
}

const HEAD = `# The base of this spec, as it was when \`connector validate --accept\` was last run: \`validate\` tells what has changed in it since.
# Commit this file; do not edit it.
`

export function writeLock(base: string, documents: ReadonlyMap<string, unknown>): string {
  const files = Object.fromEntries([...documents].sort(([a], [b]) => (a < b ? -1 : 1)))
  return HEAD + stringify({ extends: base, files }, { lineWidth: 0, aliasDuplicateObjects: false })
}

/** Whether the base once had a member of this name in a section of this name, in whichever file. */
export function wasInBase(lock: Lock | undefined, path: Path): boolean {
  return [...(lock?.documents.values() ?? [])].some((document) => hasValue(document, path))
}
