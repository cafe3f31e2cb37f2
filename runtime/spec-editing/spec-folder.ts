/** Writes files of a spec on disk: all of a change or none, only inside its folder, each by one rename. */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, lstat, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, posix, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openSpecFolder } from '../spec/spec-files.ts'
import { isMissingFile } from './missing-file.ts'
import type { EditableSpec, FileChange, WriteResult } from './types.ts'

/** Installed files: the next `npm install` would replace them. */
const INSTALLED = `${sep}node_modules${sep}`

/** A folder on disk as files to edit. The host adds what loads and runs them. */
export const openEditableFolder = (folder: URL): Pick<EditableSpec, 'files' | 'write' | 'readOnlyReason'> => ({
  files: openSpecFolder(folder),
  write: createFolderWriter(folder),
  readOnlyReason: () => findReadOnlyReason(folder),
})

/** Why the folder takes no files, as a sentence. */
export async function findReadOnlyReason(folder: URL): Promise<string | undefined> {
  const path = fileURLToPath(folder)
  const real = await realpath(path).catch(() => path)
  if (`${real}${sep}`.includes(INSTALLED))
    return 'The spec is the one of the installed package, which its next update replaces.'
  const folders = [path, join(path, 'mappings')]
  for (const one of folders) {
    const isWritable = await access(one, constants.W_OK).then(
      () => true,
      (error: unknown) => isMissingFile(error),
    )
    if (!isWritable) return 'The process has no permission to write in the folder of the spec.'
  }
  return undefined
}

/** Writing for `EditableSpec`, into a folder on disk. One change after the other. */
export function createFolderWriter(folder: URL): NonNullable<EditableSpec['write']> {
  let writing: Promise<unknown> = Promise.resolve()
  return (changes) => {
    const result = writing.then(() => writeAll(fileURLToPath(folder), changes))
    writing = result.catch(() => undefined)
    return result
  }
}

async function writeAll(root: string, changes: readonly FileChange[]): Promise<WriteResult> {
  for (const change of changes) {
    const problem = await checkPath(root, change.path)
    if (problem !== undefined) return { status: 'refused', reason: problem }
    const text = await readText(join(root, change.path))
    if (text !== change.before) return { status: 'changed', path: change.path, text }
  }
  const written: FileChange[] = []
  try {
    for (const change of changes) {
      await writeOne(join(root, change.path), change.after)
      written.push(change)
    }
    return { status: 'written' }
  } catch (error) {
    for (const { path, before } of written.reverse()) await writeOne(join(root, path), before)
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return { status: 'refused', reason: `The file could not be written${code}.` }
  }
}

/** Why a path is not for writing. No part of it may lead out of the folder, by its name or by a link. */
async function checkPath(root: string, path: string): Promise<string | undefined> {
  const isPlain = posix.normalize(path) === path && !posix.isAbsolute(path) && !/^\.\.(\/|$)|[\\\0:]/.test(path)
  if (!isPlain || !/\.ya?ml$/.test(path) || posix.basename(path).startsWith('.'))
    return `"${path}" is no YAML file inside the folder of the spec.`
  const target = join(root, path)
  const info = await lstat(target).catch(() => undefined)
  if (info !== undefined && !info.isFile()) return `"${path}" is a link or a folder, so it is not written.`
  const real = await realpath(root)
  const parent = await realpath(dirname(target)).catch(() => dirname(target))
  if (parent !== real && !parent.startsWith(`${real}${sep}`)) return `"${path}" leads out of the folder of the spec.`
  return undefined
}

const readText = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissingFile(error)) return undefined
    throw error
  })

/** A reader sees the former text or the new one, whole. */
async function writeOne(path: string, text: string | undefined): Promise<void> {
  if (text === undefined) return rm(path, { force: true })
  await mkdir(dirname(path), { recursive: true })
  const mode = await stat(path).then(
    ({ mode }) => mode,
    () => 0o644,
  )
  const draft = join(dirname(path), `.${randomUUID()}.tmp`)
  try {
    const file = await open(draft, 'wx', mode)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
