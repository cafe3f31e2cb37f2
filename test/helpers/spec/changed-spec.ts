/** The shipped spec with changes in its text. */
import { functions } from '../../../connector/functions/index.ts'
import { destinationNames } from '../../../connector/klaviyo/spec-names.ts'
import { specFolder } from '../../../connector/spec.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import { openSpecFolder } from '../../../runtime/spec/spec-files.ts'

/** `people`: lines under `people:` in connector.yaml. */
export async function specWithPeople(people: string): Promise<Spec> {
  const files = openSpecFolder(specFolder())
  const read = async (path: string) => {
    const text = await files.read(path)
    if (path !== 'connector.yaml') return text
    return text?.replace('\npeople:\n', `\npeople:\n${people.replace(/^/gm, '  ')}\n`)
  }
  const { spec, diagnostics } = await loadSpec('', {
    functions,
    names: destinationNames,
    files: { ...files, read },
    runTrials: true,
  })
  if (spec === undefined || diagnostics.length > 0)
    throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return spec
}
