/** Finds and parses the files of a spec, and validates each against its schema. */
import { basename, dirname } from 'node:path/posix'
import { checkUnusedFiles } from './check/unused-files.ts'
import type { CompileContext } from './compile/context.ts'
import { SpecNode } from './compile/spec-node.ts'
import { type BaseDocuments, describeStaleFile, type LayeredFile } from './extends/base-changes.ts'
import { type Layer, type NamedBases, openLayers, readLayer, uniteLayers } from './extends/layers.ts'
import { readLock } from './extends/lock.ts'
import { isMap } from './extends/merge.ts'
import { describeNoBaseFile, overlayFiles } from './extends/overlay.ts'
import { leaveOutReplacedMetrics } from './extends/replaced-metrics.ts'
import type { Connector, Documents } from './generated/documents.ts'
import { validateAgainstSchema } from './schema.ts'
import type { SharedFiles } from './shared-files.ts'
import type { SourceFile } from './source-file.ts'
import { expandGlob, type SpecFiles } from './spec-files.ts'
import type { YamlFile } from './yaml.ts'

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
  readonly recipes: readonly SpecDocument<'recipe'>[]
  readonly files: readonly SourceFile[]
  /** Absent: the spec extends none. */
  readonly base?: BaseDocuments | undefined
}

export interface ReadOptions {
  readonly files: SpecFiles
  readonly bases?: NamedBases | undefined
  /** Whether to forget what the base was before. */
  readonly ignoreLock?: boolean
  readonly shared?: SharedFiles | undefined
}

const NO_FILE_HELP = 'paths are relative to the folder of connector.yaml'

/** Reports each file that does not conform and continues without it: one load finds every error. */
export async function readSpec(
  { files, bases = new Map(), ignoreLock, shared }: ReadOptions,
  context: CompileContext,
): Promise<SpecDocuments> {
  const { layers, connectors, errors } = await openLayers(files, bases, shared)
  if (layers.length > 1 && !ignoreLock) context.lock = await readLock(files)
  const reader = new SpecReader(layers, context, shared)
  context.diagnostics.push(...errors)
  if (context.lock !== undefined) reader.sources.push(context.lock.file)
  // Without its base, a spec lacks whatever it does not change.
  const connector = errors.length > 0 ? undefined : reader.parse('connector', connectors)
  const empty = { mappings: [], sets: [], brokenSets: [], profile: undefined, fields: undefined, recipes: [] }
  if (errors.length > 0) return { connector, ...empty, files: reader.sources }
  const recipes = await reader.readRecipes()
  if (connector === undefined) return { connector, ...empty, recipes, files: reader.sources }
  const { document, node } = connector
  const profile = await reader.read('profile', document.profile, node.at('profile'))
  const fields =
    document.knownFields === undefined
      ? undefined
      : await reader.read('fields', document.knownFields, node.at('knownFields'))
  const mappings: SpecDocument<'mapping'>[] = []
  const sets: SpecDocument<'properties'>[] = []
  const brokenSets: string[] = []
  for (const { path, pattern } of await findMappingFiles(document, node, reader.files)) {
    if (basename(path).startsWith('_')) {
      const set = await reader.read('properties', path, pattern)
      if (set === undefined) brokenSets.push(path)
      else sets.push(set)
    } else {
      const mapping = await reader.read('mapping', path, pattern)
      if (mapping !== undefined) mappings.push(mapping)
    }
  }
  // Without any metric the pattern is at fault, not each file.
  if (mappings.length > 0) await checkUnusedFiles(document, reader.sources, files, context)
  const base = await reader.getBase(connectors)
  const lock = context.lock?.base === base?.name ? context.lock : undefined
  const kept = leaveOutReplacedMetrics(mappings, lock)
  return { connector, mappings: kept, sets, brokenSets, profile, fields, recipes, files: reader.sources, base }
}

class SpecReader {
  readonly sources: SourceFile[] = []
  /** Of all layers. */
  readonly files: SpecFiles
  readonly #layers: readonly Layer[]
  readonly #layered = new Map<string, LayeredFile>()
  readonly #context: CompileContext
  readonly #shared: SharedFiles | undefined

  constructor(layers: readonly Layer[], context: CompileContext, shared: SharedFiles | undefined) {
    this.#shared = shared
    this.files = uniteLayers(layers)
    this.#layers = layers
    this.#context = context
  }

  /** `reference` is the place that names the file. */
  async read<K extends keyof Documents>(
    kind: K,
    path: string,
    reference: SpecNode,
  ): Promise<SpecDocument<K> | undefined> {
    const files = await this.#open(path)
    if (kind === 'mapping' && (await this.#reportNoBaseFile(path, files))) return undefined
    if (files.length > 0) return this.parse(kind, files, this.#isOlder(kind, path, files))
    const missing = { code: 'spec/no-file', message: `there is no file "${path}"`, help: NO_FILE_HELP }
    // Without a list of fields the spec runs the same; only misspelt fields go unnoticed.
    if (kind === 'fields') reference.warn(missing)
    else reference.error(missing)
    return undefined
  }

  async readRecipes(): Promise<readonly SpecDocument<'recipe'>[]> {
    const recipes: SpecDocument<'recipe'>[] = []
    for (const path of await expandGlob('recipes/*.yaml', this.files)) {
      const recipe = this.parse('recipe', await this.#open(path))
      if (recipe !== undefined) recipes.push(recipe)
    }
    return recipes
  }

  /** The files of the layers that have one, the spec's own first. */
  async #open(path: string): Promise<readonly YamlFile[]> {
    const files = await Promise.all(this.#layers.map((layer) => readLayer(layer, path, this.#shared)))
    return files.filter((file) => file !== undefined)
  }

  /** Reports a file that can only be meant to change one of the base, which has none of its name. */
  async #reportNoBaseFile(path: string, [own, base]: readonly YamlFile[]): Promise<boolean> {
    if (own === undefined || base !== undefined || own.file.path !== path || this.#layers.length === 1) return false
    if (!isMap(own.value) || 'metric' in own.value || isProfile(own.value)) return false
    this.sources.push(own.file)
    const names = await uniteLayers(this.#layers.slice(1)).list(dirname(path))
    const diagnostic = this.#context.lock?.documents.has(path)
      ? ({ severity: 'warning', ...describeStaleFile(path) } as const)
      : ({ severity: 'error', ...describeNoBaseFile(path, names) } as const)
    this.#context.diagnostics.push({ ...diagnostic, ...own.keySpan([]) })
    return true
  }

  /** Each file changes the one after it, unless the first is whole. */
  parse<K extends keyof Documents>(kind: K, files: readonly YamlFile[], isWhole = false): SpecDocument<K> | undefined {
    this.sources.push(...files.map(({ file }) => file))
    const yaml = overlayFiles(kind, isWhole ? files.slice(0, 1) : files, this.#context)
    this.#addLayered(kind, files, isWhole)
    const node = new SpecNode(yaml, this.#context)
    if (kind === 'mapping' && isProfile(yaml.value)) {
      node.at('profile').error(OTHER_PROFILE)
      return undefined
    }
    const validate = () => validateAgainstSchema(kind, yaml)
    const { document, errors } = this.#shared?.validate(kind, yaml, validate) ?? validate()
    this.#context.diagnostics.push(...errors)
    return document && { document, node }
  }

  /** Whether an update gave the base a file of a name that the spec had used for one of its own. */
  #isOlder(kind: keyof Documents, path: string, [own, base]: readonly YamlFile[]): boolean {
    const { lock } = this.#context
    if (own === undefined || base === undefined || own.file.base !== undefined) return false
    if (kind === 'fields' || lock?.base === undefined || lock.documents.has(path)) return false
    return validateAgainstSchema(kind, own).document !== undefined
  }

  #addLayered(kind: keyof Documents, files: readonly YamlFile[], isWhole: boolean): void {
    const [own] = files.filter(({ file }) => file.base === undefined)
    const ofBases = files.filter(({ file }) => file.base !== undefined)
    const base = ofBases.length === 0 ? undefined : overlayFiles(kind, ofBases, { diagnostics: [] })
    const path = own?.file.path ?? ofBases[0]?.file.base?.overlayPath
    if (path !== undefined) this.#layered.set(path, { kind, own, base, isWhole })
  }

  /** What the spec extends, of which its lock holds an earlier version. */
  async getBase([connector]: readonly YamlFile[]): Promise<BaseDocuments | undefined> {
    const name = isMap(connector?.value) ? connector.value.extends : undefined
    if (connector === undefined || typeof name !== 'string') return undefined
    const { read } = uniteLayers(this.#layers.slice(1))
    // An own file that changed one of these is reported itself.
    const own = new Set(this.sources.map(({ path }) => path))
    const locked = [...(this.#context.lock?.documents.keys() ?? [])].filter((path) => !own.has(path))
    const isMissing = await Promise.all(locked.map(async (path) => (await read(path)) === undefined))
    const missing = locked.filter((_, index) => isMissing[index])
    return { name, place: connector.span(['extends']), files: this.#layered, missing }
  }
}

/** A profile that a pattern for metrics matches and that connector.yaml does not name as its profile. */
const isProfile = (value: unknown): boolean =>
  isMap(value) && 'profile' in value && !isMap(value.profile) && !('metric' in value)

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
      const help = `${NO_FILE_HELP}; * stands for any part of a file's name, as in mappings/*.yaml`
      place.warn({ code: 'spec/no-file', message: `no file matches "${pattern}"`, help })
    }
    for (const path of paths) if (path !== profile && !all.has(path)) all.set(path, place)
  }
  return [...all].map(([path, pattern]) => ({ path, pattern }))
}
