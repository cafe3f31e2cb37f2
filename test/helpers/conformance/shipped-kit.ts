/** The shipped kit: its cases and courses, resolved against the shipped spec, and both engines. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { functions, preloadFunctions } from '../../../connector/functions/index.ts'
import { createFit } from '../../../connector/klaviyo/destination.ts'
import { loadConnectorSpec, specFolder } from '../../../connector/spec.ts'
import { loadCases } from '../../../runtime/conformance/cases/load-cases.ts'
import { resolveCourse } from '../../../runtime/conformance/courses/resolve-course.ts'
import { openEnginePair } from '../../../runtime/conformance/engine/engine-pair.ts'
import { SettingsSpecs } from '../../../runtime/conformance/engine/settings-specs.ts'
import { FAULT_CODES } from '../../../runtime/fault-codes.ts'
import type { JsonObject } from '../../../runtime/ports/types.ts'
import type { CaseGiven, Cases } from '../../../runtime/spec/generated/documents.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import { openSpecFolder } from '../../../runtime/spec/spec-files.ts'
import { silentLogger } from '../../../runtime/system.ts'

const kit = fileURLToPath(new URL('../../../conformance/', import.meta.url))

/** In alphabetical order. */
export const listFiles = (folder: Folder): readonly string[] =>
  readdirSync(`${kit}${folder}`)
    .filter((name) => name.endsWith('.yaml'))
    .sort()

type Folder = 'cases' | 'courses'

export const readKitText = (folder: Folder, name: string): string => readFileSync(`${kit}${folder}/${name}`, 'utf8')

export const readKitFile = (folder: Folder, name: string): Cases & { readonly given: CaseGiven } =>
  parse(readKitText(folder, name))

export const spec = await loadConnectorSpec()
await preloadFunctions(silentLogger)

const settingsSpecs = new SettingsSpecs({
  files: openSpecFolder(specFolder()),
  load: (files, bases) => loadSpec(specFolder(), { functions, bases, files }),
})

export const kitParts = {
  spec,
  functions,
  faultCodes: FAULT_CODES.map(({ code }) => code),
  resolveCourse,
  checkSettings: (settings: JsonObject) => settingsSpecs.check(settings),
  readFile: async (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
}

/** Throws if a file has errors. */
export async function loadKit(folder: Folder, names = listFiles(folder)) {
  const texts = names.map((name) => {
    const path = `${kit}${folder}/${name}`
    return { path, text: readKitText(folder, name) }
  })
  const { cases, diagnostics } = await loadCases(texts, kitParts)
  const messages = diagnostics.map(({ message, file, span }) => `${file.place(span[0])}: ${message}`)
  if (messages.length > 0) throw new Error(messages.join('\n'))
  return cases.map((one) => ({ ...one, input: { ...one.input, id: one.input.id.replace(`${kit}${folder}/`, '') } }))
}

const fit = createFit(spec.destination)
export const { plain: mapEngine, whole: pipelineEngine } = openEnginePair({ spec, fit, specs: settingsSpecs })
