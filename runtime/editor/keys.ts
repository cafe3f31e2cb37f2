/** The keys of a spec's files: completion and hover from their schemas, for editors without a YAML language server. */
import { findSchema, kindOf } from '../spec/schema.ts'
import type { Path } from '../spec/yaml.ts'
import type { Completion } from './completion.ts'
import type { Description } from './docs/descriptions.ts'
import type { SpecModel } from './model/model.ts'
import type { EditorFile } from './scope.ts'
import { namesSchema } from './text/modeline.ts'
import type { TypedText } from './text/typed-text.ts'

/** Of a line that has nothing but the key, or of a flow map. A file that names a schema gets its keys from there. */
export function completeKey(
  { path, isKey }: TypedText,
  file: EditorFile,
  offset: number,
  model: SpecModel,
): Completion[] {
  const [typed = ''] = /[\w.-]*$/.exec(file.text.slice(0, offset)) ?? []
  const isAlone = /(?:^|\n)[ \t]*(?:- +)?$/.test(file.text.slice(0, offset - typed.length))
  if (namesSchema(file.text) || !(isKey || isAlone)) return []
  const present = new Set(Object.keys(valueAt(path, file) ?? {}))
  const rest = /^[\w.-]*(\s*:)?/.exec(file.text.slice(offset))
  return listKeys(path, file, model)
    .filter((name) => !present.has(name) || rest?.[1] !== undefined)
    .map((name) => {
      const insert = rest?.[1] === undefined ? `${name}: ` : name
      return { label: name, kind: 'key', insert, replaces: typed.length, description: describeKey(path, name, file) }
    })
}

export function hoverKey({ path, before, after }: TypedText, file: EditorFile): Description | undefined {
  return namesSchema(file.text) ? undefined : describeKey(path, before + after, file)
}

function listKeys(path: Path, { kind }: EditorFile, { names }: SpecModel): readonly string[] {
  if (kind === 'profile' && path.length === 1 && path[0] === 'attributes') return names.attributes
  return Object.keys(findSchema(kind, path).properties ?? {})
}

const valueAt = (path: Path, { value }: EditorFile): object | undefined => {
  const found = path.reduce<unknown>((holder, step) => (holder as Record<string | number, unknown>)?.[step], value)
  return typeof found === 'object' && found !== null ? found : undefined
}

function describeKey(path: Path, name: string, { kind }: EditorFile): Description | undefined {
  const member = findSchema(kind, path).properties?.[name]
  if (member === undefined) return undefined
  // Texts beside a reference come before those of its target.
  const schema = { ...findSchema(kind, [...path, name]), ...member }
  const { description, examples } = schema
  const [example] = examples ?? []
  const shown = typeof example === 'string' ? example : JSON.stringify(example)
  const sentences = [description, example === undefined ? undefined : `For example \`${shown}\`.`]
  return {
    title: `${name}: ${kindOf(schema) || 'any value'}`,
    text: sentences.filter((sentence) => sentence !== undefined).join(' '),
  }
}
