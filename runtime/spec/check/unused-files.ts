/** Warns of YAML files that connector.yaml does not name, most often because of their extension. */
import { basename, dirname } from 'node:path/posix'
import { nearestWords } from '../../expression/did-you-mean.ts'
import type { CompileContext } from '../compile/context.ts'
import { SpecNode } from '../compile/spec-node.ts'
import type { Connector } from '../generated/documents.ts'
import { SourceFile } from '../source-file.ts'
import { expandGlob, type SpecFiles } from '../spec-files.ts'
import { YamlFile } from '../yaml.ts'

export async function checkUnusedFiles(
  { mappings, profile }: Connector,
  sources: readonly SourceFile[],
  files: SpecFiles,
  context: CompileContext,
): Promise<void> {
  const readPaths = new Set(sources.map(({ path }) => path))
  const warn = async (path: string, help: string) => {
    const node = new SpecNode(new YamlFile(new SourceFile(path, (await files.read(path)) ?? '')), context)
    const message = `${basename(path)} is not read: connector.yaml does not name it`
    node.warn({ code: 'spec/unused-file', message, help }, node.keySpan)
  }
  // Folders of mappings hold nothing else; the spec's own folder may.
  const folders = new Set([...mappings, profile].map((path) => dirname(path)).filter((folder) => folder !== '.'))
  for (const folder of folders) {
    for (const path of (await yamlFilesBelow(folder, files)).filter((path) => !readPaths.has(path))) {
      const name = basename(path)
      const expected = name.replace(/\.ya?ml(\.txt)?$/, '.yaml')
      const remedy = expected === name ? 'add it to "mappings" there' : `rename it to ${expected}`
      await warn(path, `${remedy}, or move it out of ${folder}`)
    }
  }
  const baseFiles = new Map(
    sources.flatMap(({ base }) => (base ? [[basename(base.overlayPath), base.overlayPath]] : [])),
  )
  for (const path of (await listMisplaceable(folders, files)).filter((path) => !readPaths.has(path))) {
    const target = baseFiles.get(basename(path))
    const isMetric = /^metric:/m.test((await files.read(path)) ?? '')
    if (target !== undefined) await warn(path, `move it to ${target}, to change that file of the base`)
    else if (isMetric) await warn(path, `move it to ${dirname(mappings[0] ?? '')}, where the other metrics are`)
  }
}

/** YAML files in the spec's own folder, and in folders whose names look like misspelt ones. */
async function listMisplaceable(folders: ReadonlySet<string>, files: SpecFiles): Promise<readonly string[]> {
  const all = await expandGlob('*', files)
  const misspelt = all.filter((name) => !folders.has(name) && nearestWords(name, [...folders]).length > 0)
  const inner = await Promise.all(misspelt.map((name) => expandGlob(`${name}/*`, files)))
  return [...all, ...inner.flat()].filter(isYaml)
}

/** Subfolders included: `mappings/*.yaml` names no file in them. */
async function yamlFilesBelow(folder: string, files: SpecFiles): Promise<readonly string[]> {
  const all = await expandGlob(`${folder}/*`, files)
  const inner = await Promise.all(all.filter((path) => !isYaml(path)).map((path) => expandGlob(`${path}/*`, files)))
  return [...all, ...inner.flat()].filter(isYaml)
}

/** Accepts `.yaml.txt`: some editors append `.txt` and hide it. */
const isYaml = (path: string): boolean => /\.ya?ml(\.txt)?$/.test(path)
