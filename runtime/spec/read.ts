/** The files of a spec: found, parsed, and each checked against its schema. */
import { basename } from 'node:path/posix'
import { checkUnusedFiles } from './check/unused-files.ts'
import type { Context } from './compile/context.ts'
import type { Connector, Documents } from './generated/documents.ts'
import { validateAgainstSchema } from './schema.ts'
import { SourceFile } from './source-file.ts'
import { glob, type SpecFiles } from './spec-files.ts'
import { type Path, YamlFile } from './yaml.ts'

/** A file that fits its schema. */
export interface Document<K extends keyof Documents> {
  readonly document: Documents[K]
  readonly yaml: YamlFile
}

export interface SpecDocuments {
  readonly connector: Document<'connector'> | undefined
  readonly mappings: readonly Document<'mapping'>[]
  readonly sets: readonly Document<'properties'>[]
  /** Paths of sets with mistakes of their own: nobody who uses one is told that there is none. */
  readonly brokenSets: readonly string[]
  readonly profile: Document<'profile'> | undefined
  readonly fields: Document<'fields'> | undefined
  readonly files: readonly SourceFile[]
}

const connectorFile = 'connector.yaml'

type Open = <K extends keyof Documents>(kind: K, path: string) => Promise<Document<K> | undefined | 'absent'>

/** Opens a file and checks it against its schema; `read` is told of each. */
function fileOpener(files: SpecFiles, read: SourceFile[], context: Context): Open {
  return async (kind, path) => {
    const text = await files.read(path)
    if (text === undefined) return 'absent'
    const yaml = new YamlFile(new SourceFile(path, text))
    read.push(yaml.file)
    if (kind === 'mapping' && isProfile(yaml.value)) {
      context.error(yaml, yaml.span(['profile']), otherProfile)
      return undefined
    }
    const { document, errors } = validateAgainstSchema(kind, yaml)
    context.diagnostics.push(...errors)
    return document && { document, yaml }
  }
}

function noConnector({ diagnostics }: Context): undefined {
  const help = 'a spec is a folder with a connector.yaml in it'
  const about = { code: 'spec/no-file', severity: 'error', message: 'there is no connector.yaml here', help } as const
  diagnostics.push({ ...about, file: new SourceFile(connectorFile, ''), span: [0, 0] })
}

/** Whatever does not fit is complained of and left out, so that one look finds all there is. */
export async function readSpec(files: SpecFiles, context: Context): Promise<SpecDocuments> {
  const read: SourceFile[] = []
  const open = fileOpener(files, read, context)
  const there = await open('connector', connectorFile)
  const connector = there === 'absent' ? noConnector(context) : there
  if (connector === undefined) {
    return {
      connector: undefined,
      mappings: [],
      sets: [],
      brokenSets: [],
      profile: undefined,
      fields: undefined,
      files: read,
    }
  }
  const { document, yaml } = connector
  const found = async <K extends keyof Documents>(
    kind: K,
    path: string,
    from: Path,
    say: 'error' | 'warn' = 'error',
  ) => {
    const opened = await open(kind, path)
    if (opened !== 'absent') return opened
    context[say](yaml, yaml.span(from), { code: 'spec/no-file', message: `there is no file "${path}"` })
    return undefined
  }
  const profile = await found('profile', document.profile, ['profile'])
  // Without it the spec does the same: only misspelt fields are not found.
  const fields =
    document.knownFields === undefined
      ? undefined
      : await found('fields', document.knownFields, ['knownFields'], 'warn')
  const mappings: Document<'mapping'>[] = []
  const sets: Document<'properties'>[] = []
  const brokenSets: string[] = []
  for (const { path, from } of await mappingFiles(document, yaml, files, context)) {
    if (!basename(path).startsWith('_')) push(mappings, await found('mapping', path, from))
    else if (!push(sets, await found('properties', path, from))) brokenSets.push(path)
  }
  await checkUnusedFiles(document, read, files, context)
  return { connector, mappings, sets, brokenSets, profile, fields, files: read }
}

const push = <T>(all: T[], one: T | undefined): boolean => one !== undefined && all.push(one) > 0

/** The profile's file, named by a pattern for metrics, and not as the profile. */
const isProfile = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'profile' in value && !('metric' in value)

const otherProfile = {
  code: 'spec/other-profile',
  message: 'this is a profile, and connector.yaml names another',
  help: 'name this file under "profile" in connector.yaml, or keep it out of "mappings"',
}

/** The metrics' files and property sets, once each. The profile is none of them, even where a pattern names it. */
async function mappingFiles(
  { mappings, profile }: Connector,
  yaml: YamlFile,
  files: SpecFiles,
  context: Context,
): Promise<readonly { path: string; from: Path }[]> {
  const all = new Map<string, Path>()
  for (const [index, pattern] of mappings.entries()) {
    const from = ['mappings', index]
    const paths = await glob(pattern, files)
    if (paths.length === 0) {
      context.warn(yaml, yaml.span(from), { code: 'spec/no-file', message: `no file fits "${pattern}"` })
    }
    for (const path of paths) if (path !== profile && !all.has(path)) all.set(path, from)
  }
  return [...all].map(([path, from]) => ({ path, from }))
}
