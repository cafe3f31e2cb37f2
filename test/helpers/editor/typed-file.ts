/** A file of the shipped spec as it is being typed. `|^|` marks the cursor. */
import { readFileSync } from 'node:fs'
import { functions } from '../../../connector/functions/index.ts'
import { specFolder } from '../../../connector/spec.ts'
import { readModel } from '../../../runtime/editor/model/model.ts'
import { getFileKind } from '../../../runtime/editor/model/spec-files.ts'
import type { EditorFile } from '../../../runtime/editor/scope.ts'
import { readLeniently } from '../../../runtime/editor/text/typed-text.ts'
import { openSpecFolder } from '../../../runtime/spec/spec-files.ts'

const read = await readModel(openSpecFolder(specFolder()), functions)
if (read === undefined) throw new Error('the shipped spec has errors')
export const model = read

export const readShipped = (path: string): string => readFileSync(new URL(path, specFolder()), 'utf8')

export function typedFile(path: string, marked: string): { readonly file: EditorFile; readonly offset: number } {
  const offset = marked.indexOf('|^|')
  const text = marked.replace('|^|', '')
  const kind = getFileKind(path, model.connector)
  if (offset < 0 || kind === undefined) throw new Error(`no place in ${path}`)
  return { file: { path, kind, text, value: readLeniently(text) }, offset }
}

/** The shipped file with one text in place of another. */
export function change(path: string, find: string, put: string) {
  const text = readShipped(path)
  if (!text.includes(find)) throw new Error(`${path} has no ${find}`)
  return typedFile(
    path,
    text.replace(find, () => put),
  )
}

/** A line under `properties` of a mapping. */
export const property = (line: string, path = 'mappings/replied-to-ticket.yaml') =>
  typedFile(path, `${readShipped(path)}properties:\n  First: title\n  X: ${line}\n  Last: id\n`)
