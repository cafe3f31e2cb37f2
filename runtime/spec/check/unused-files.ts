/** YAML files that lie where the spec's files lie, and that nothing names: most often one with another ending. */
import { basename, dirname } from 'node:path/posix'
import type { Context } from '../compile/context.ts'
import type { Connector } from '../generated/documents.ts'
import { SourceFile } from '../source-file.ts'
import { glob, type SpecFiles } from '../spec-files.ts'
import { YamlFile } from '../yaml.ts'

export async function checkUnusedFiles(
  { mappings, profile }: Connector,
  read: readonly SourceFile[],
  files: SpecFiles,
  context: Context,
): Promise<void> {
  // The folders below the spec's own that mappings are read from hold nothing else.
  const folders = new Set([...mappings, profile].map((path) => dirname(path)).filter((folder) => folder !== '.'))
  const known = new Set(read.map(({ path }) => path))
  for (const folder of folders) {
    for (const path of (await yamlBelow(folder, files)).filter((path) => !known.has(path))) {
      const name = basename(path)
      const usual = name.replace(/\.ya?ml(\.txt)?$/, '.yaml')
      const add = usual === name ? 'add it to "mappings" there' : `call it ${usual}`
      warn(path, (await files.read(path)) ?? '', `${add}, or move it out of ${folder}`, context)
    }
  }
  await checkAbove(known, mappings[0] ?? '', files, context)
}

/** The spec's own folder may hold anything. Only what looks like a metric was meant to be read. */
async function checkAbove(known: ReadonlySet<string>, pattern: string, files: SpecFiles, context: Context) {
  const others = (await glob('*', files)).filter((path) => isYaml(path) && !known.has(path))
  for (const path of others) {
    const text = (await files.read(path)) ?? ''
    if (/^metric:/m.test(text)) warn(path, text, `move it to ${dirname(pattern)}, where the other metrics are`, context)
  }
}

function warn(path: string, text: string, help: string, context: Context): void {
  const yaml = new YamlFile(new SourceFile(path, text))
  const message = `${basename(path)} is not read: connector.yaml does not name it`
  context.warn(yaml, yaml.keySpan([]), { code: 'spec/unused-file', message, help })
}

/** Also in the folders within: `mappings/*.yaml` names none of those. */
async function yamlBelow(folder: string, files: SpecFiles): Promise<readonly string[]> {
  const all = await glob(`${folder}/*`, files)
  const inner = await Promise.all(all.filter((path) => !isYaml(path)).map((path) => glob(`${path}/*`, files)))
  return [...all, ...inner.flat()].filter(isYaml)
}

/** Some editors add `.txt` and hide it. */
const isYaml = (path: string): boolean => /\.ya?ml(\.txt)?$/.test(path)
