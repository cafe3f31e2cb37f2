/** The shipped spec with changes, as a user edits it. */
import { readFileSync } from 'node:fs'
import { functions } from '../../../connector/functions/index.ts'
import { specFolder } from '../../../connector/spec.ts'
import { vendorRules } from '../../../connector/spec-rules.ts'
import { renderDiagnostic } from '../../../runtime/spec/diagnostic.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import { openSpecFolder, type SpecFiles } from '../../../runtime/spec/spec-files.ts'

/** By path: a whole file, or an edit of one. */
export type SpecChanges = Readonly<Record<string, string | ((text: string) => string)>>

/** Puts `text` after the only line that begins with `start`. */
export const addAfter =
  (start: string, text: string) =>
  (file: string): string => {
    const lines = file.split('\n').filter((line) => line.startsWith(start))
    if (lines.length !== 1) throw new Error(`${lines.length} lines begin with "${start}"`)
    return file.replace(`${lines[0]}\n`, `${lines[0]}\n${text}\n`)
  }

export function changeFiles(changes: SpecChanges): SpecFiles {
  const shipped = openSpecFolder(specFolder())
  return {
    async read(path) {
      const change = changes[path]
      if (typeof change === 'string') return change
      const text = await shipped.read(path)
      return text === undefined ? undefined : (change?.(text) ?? text)
    },
    async list(folder) {
      const within = Object.keys(changes).filter((path) => path.startsWith(`${folder}/`))
      const added = folder === '' ? [] : within.map((path) => path.slice(folder.length + 1))
      return [...new Set([...(await shipped.list(folder)), ...added])]
    },
  }
}

/** Throws if the spec has any error or warning. */
export async function loadChangedSpec(changes: SpecChanges): Promise<Spec> {
  const files = changeFiles(changes)
  const { spec, diagnostics } = await loadSpec('', { functions, rules: vendorRules, files, runTrials: true })
  const texts = diagnostics.map((each) => renderDiagnostic(each))
  if (spec === undefined || texts.length > 0) throw new Error(texts.join('\n'))
  return spec
}

/** `people`: lines under `people:` in connector.yaml. */
export const specWithPeople = (people: string): Promise<Spec> =>
  loadChangedSpec({ 'connector.yaml': addAfter('people:', people.replace(/^/gm, '  ')) })

/** The YAML of jobs of the cook book, by their headings: whole files, and lines for the shipped ones. */
export function readCookBook(...jobs: readonly string[]): SpecChanges {
  const page = readFileSync(new URL('docs/guide/cook-book.md', specFolder()), 'utf8')
  const texts = jobs.map((job) => page.split(`\n### ${job}\n`)[1]?.split(/\n##/)[0] ?? '')
  const samples = [...texts.join('\n').matchAll(/^```yaml\n# (mappings\/\S+)\n([\s\S]*?)^```$/gm)]
  return Object.fromEntries(
    samples.map(([, path = '', sample = '']) => [
      path,
      sample.startsWith('metric: ') ? sample : (shipped: string) => shipped + sample,
    ]),
  )
}
