/** The folders of a spec: its own, and each base that `extends` names. */

import { join as joinOnDisk } from 'node:path'
import { join } from 'node:path/posix'
import { suggest } from '../../expression/did-you-mean.ts'
import type { Diagnostic, DiagnosticText } from '../diagnostic.ts'
import type { SharedFiles } from '../shared-files.ts'
import { SourceFile } from '../source-file.ts'
import { CONNECTOR_FILE, openRelativeFolder, type SpecFiles } from '../spec-files.ts'
import { YamlFile } from '../yaml.ts'
import { isMap } from './merge.ts'

/** Specs that `extends` may name. */
export type NamedBases = ReadonlyMap<string, SpecFiles>

/** One folder of a spec. */
export interface Layer {
  readonly files: SpecFiles
  /** Path of the folder, from that of the spec; "" for the spec's own. */
  readonly path: string
}

export interface Layers {
  /** The spec's own first, then its base, then the base of that. */
  readonly layers: readonly Layer[]
  /** Their connector.yaml. */
  readonly connectors: readonly YamlFile[]
  /** Errors that leave a base unknown. */
  readonly errors: readonly Diagnostic[]
}

/** Follows `extends` from folder to folder. */
export async function openLayers(files: SpecFiles, bases: NamedBases, shared?: SharedFiles): Promise<Layers> {
  const layers: Layer[] = []
  const connectors: YamlFile[] = []
  const end = (...errors: Diagnostic[]): Layers => ({ layers, connectors, errors })
  for (let layer: Layer | undefined = { files, path: '' }; layer !== undefined; ) {
    const connector = await readLayer(layer, CONNECTOR_FILE, shared)
    if (connector === undefined) return end(describeNoConnector(layer, connectors.at(-1)))
    layers.push(layer)
    connectors.push(connector)
    const name = isMap(connector.value) ? connector.value.extends : undefined
    if (name === undefined) break
    const report = (text: DiagnosticText) => end({ severity: 'error', ...text, ...connector.span(['extends']) })
    if (typeof name !== 'string' || name === '') return report(NOT_A_BASE)
    const next: Layer | undefined = openBase(name, layer, bases)
    if (next === undefined) return report(describeUnknownBase(name, bases))
    if (layers.some((other) => isSameFolder(other, next))) return report(CIRCULAR)
    layer = next
  }
  return end()
}

/** The file of a layer, if there is one. */
export async function readLayer(
  { files, path: folder }: Layer,
  path: string,
  shared?: SharedFiles,
): Promise<YamlFile | undefined> {
  const text = await files.read(path)
  if (text === undefined) return undefined
  if (folder === '') return new YamlFile(new SourceFile(path, text))
  const diskPath = files.folder && joinOnDisk(files.folder, path)
  const name = join(folder, path)
  const parse = () => new YamlFile(new SourceFile(name, text, { overlayPath: path, diskPath }))
  return shared === undefined ? parse() : shared.file(name, text, parse)
}

/** All layers as one folder. */
export function uniteLayers(layers: readonly Layer[]): SpecFiles {
  return {
    async read(path) {
      for (const { files } of layers) {
        const text = await files.read(path)
        if (text !== undefined) return text
      }
      return undefined
    },
    async list(folder) {
      const names = await Promise.all(layers.map(({ files }) => files.list(folder)))
      return [...new Set(names.flat())]
    },
  }
}

/** Whether `extends` names a folder. */
export const isPath = (name: string): boolean => /^\.\.?(\/|$)/.test(name)

function openBase(name: string, { files, path }: Layer, bases: NamedBases): Layer | undefined {
  if (isPath(name)) return { files: openRelativeFolder(files, name), path: join(path, name) }
  const named = bases.get(name)
  return named && { files: named, path: name }
}

const isSameFolder = (a: Layer, b: Layer): boolean =>
  a.files.folder === undefined ? join(a.path, '.') === join(b.path, '.') : a.files.folder === b.files.folder

function describeNoConnector({ path }: Layer, reference: YamlFile | undefined): Diagnostic {
  const error = { code: 'spec/no-file', severity: 'error' } as const
  if (reference !== undefined) {
    const help = 'name the folder of a connector.yaml'
    return { ...error, message: `there is no connector.yaml in ${path}`, help, ...reference.span(['extends']) }
  }
  const help = 'a spec is a folder that contains a connector.yaml'
  const file = new SourceFile(CONNECTOR_FILE, '')
  return { ...error, message: 'there is no connector.yaml here', help, file, span: [0, 0] }
}

function describeUnknownBase(name: string, bases: NamedBases): DiagnosticText {
  const hint = 'a path begins with ./ or ../'
  const help = bases.size === 0 ? hint : `${hint}; ${suggest(name, bases.keys())}`
  return { code: 'extends/unknown-base', message: `unknown base "${name}"`, help }
}

const NOT_A_BASE: DiagnosticText = {
  code: 'spec/type',
  message: '"extends" must be the name of a spec or the path of a folder',
  help: 'for example: ../base',
}

const CIRCULAR: DiagnosticText = {
  code: 'extends/circular',
  message: 'this base is, or extends, the spec itself',
  help: 'name the spec that this one changes',
}
