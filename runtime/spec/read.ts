/** Finds and parses the files of a spec, and validates each against its schema. */
import { basename } from 'node:path/posix'
import { checkUnusedFiles } from './check/unused-files.ts'
import type { CompileContext } from './compile/context.ts'
import { SpecNode } from './compile/spec-node.ts'
import type { Connector, Documents } from './generated/documents.ts'
import { validateAgainstSchema } from './schema.ts'
import { SourceFile } from './source-file.ts'
import { expandGlob, type SpecFiles } from './spec-files.ts'
import { YamlFile } from './yaml.ts'

/** A file that conforms to its schema. */
export interface SpecDocument<K extends keyof Documents> {
  readonly document: Documents[K]
  readonly node: SpecNode
}

export interface SpecDocuments {
  readonly connector: SpecDocument<'connector'> | undefined
  readonly mappings: readonly SpecDocument<'mapping'>[]
  readonly sets: readonly SpecDocument<'properties'>[]
  /** Paths of property sets with errors of their own; including one is no second error. */
  readonly brokenSets: readonly string[]
  readonly profile: SpecDocument<'profile'> | undefined
  readonly fields: SpecDocument<'fields'> | undefined
  readonly files: readonly SourceFile[]
}

const CONNECTOR_FILE = 'connector.yaml'
const NO_FILE_HELP = 'paths are relative to the folder of connector.yaml'

/** Reports each file that does not conform and continues without it: one load finds every error. */
export async function readSpec(files: SpecFiles, context: CompileContext): Promise<SpecDocuments> {
  const reader = new SpecReader(files, context)
  const connector = await reader.readConnector()
  const empty = { mappings: [], sets: [], brokenSets: [], profile: undefined, fields: undefined }
  if (connector === undefined) return { connector, ...empty, files: reader.sources }
  const { document, node } = connector
  const profile = await reader.read('profile', document.profile, node.at('profile'))
  const fields =
    document.knownFields === undefined
      ? undefined
      : await reader.read('fields', document.knownFields, node.at('knownFields'))
  const mappings: SpecDocument<'mapping'>[] = []
  const sets: SpecDocument<'properties'>[] = []
  const brokenSets: string[] = []
  for (const { path, pattern } of await findMappingFiles(document, node, files)) {
    if (basename(path).startsWith('_')) {
      const set = await reader.read('properties', path, pattern)
      if (set === undefined) brokenSets.push(path)
      else sets.push(set)
    } else {
      const mapping = await reader.read('mapping', path, pattern)
      if (mapping !== undefined) mappings.push(mapping)
    }
  }
  await checkUnusedFiles(document, reader.sources, files, context)
  return { connector, mappings, sets, brokenSets, profile, fields, files: reader.sources }
}

class SpecReader {
  readonly sources: SourceFile[] = []
  readonly #files: SpecFiles
  readonly #context: CompileContext

  constructor(files: SpecFiles, context: CompileContext) {
    this.#files = files
    this.#context = context
  }

  async readConnector(): Promise<SpecDocument<'connector'> | undefined> {
    const text = await this.#files.read(CONNECTOR_FILE)
    if (text !== undefined) return this.#parse('connector', new SourceFile(CONNECTOR_FILE, text))
    this.#context.diagnostics.push({
      code: 'spec/no-file',
      severity: 'error',
      message: 'there is no connector.yaml here',
      help: 'a spec is a folder that contains a connector.yaml',
      file: new SourceFile(CONNECTOR_FILE, ''),
      span: [0, 0],
    })
    return undefined
  }

  /** `reference` is the place that names the file. */
  async read<K extends keyof Documents>(
    kind: K,
    path: string,
    reference: SpecNode,
  ): Promise<SpecDocument<K> | undefined> {
    const text = await this.#files.read(path)
    if (text !== undefined) return this.#parse(kind, new SourceFile(path, text))
    const missing = { code: 'spec/no-file', message: `there is no file "${path}"`, help: NO_FILE_HELP }
    // Without a list of fields the spec runs the same; only misspelt fields go unnoticed.
    if (kind === 'fields') reference.warn(missing)
    else reference.error(missing)
    return undefined
  }

  #parse<K extends keyof Documents>(kind: K, file: SourceFile): SpecDocument<K> | undefined {
    const yaml = new YamlFile(file)
    this.sources.push(file)
    const node = new SpecNode(yaml, this.#context)
    if (kind === 'mapping' && isProfile(yaml.value)) {
      node.at('profile').error(OTHER_PROFILE)
      return undefined
    }
    const { document, errors } = validateAgainstSchema(kind, yaml)
    this.#context.diagnostics.push(...errors)
    return document && { document, node }
  }
}

/** A profile that a pattern for metrics matches and that connector.yaml does not name as its profile. */
const isProfile = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'profile' in value && !('metric' in value)

const OTHER_PROFILE = {
  code: 'spec/other-profile',
  message: 'this is a profile, and connector.yaml names another',
  help: 'name this file under "profile" in connector.yaml, or keep it out of "mappings"',
}

/** Metrics and property sets, each once. The profile is excluded, even where a pattern matches it. */
async function findMappingFiles(
  { mappings, profile }: Connector,
  node: SpecNode,
  files: SpecFiles,
): Promise<readonly { readonly path: string; readonly pattern: SpecNode }[]> {
  const all = new Map<string, SpecNode>()
  for (const [index, pattern] of mappings.entries()) {
    const place = node.at('mappings', index)
    const paths = await expandGlob(pattern, files)
    if (paths.length === 0) {
      place.warn({ code: 'spec/no-file', message: `no file matches "${pattern}"`, help: NO_FILE_HELP })
    }
    for (const path of paths) if (path !== profile && !all.has(path)) all.set(path, place)
  }
  return [...all].map(([path, pattern]) => ({ path, pattern }))
}
