/** The catalog of the shipped spec with changes. */
import { cliApp } from '../../../connector/cli-app.ts'
import { describeSpec } from '../../../runtime/catalog/describe-spec.ts'
import type { Catalog } from '../../../runtime/catalog/types.ts'
import { readModel } from '../../../runtime/editor/model/model.ts'
import { changeFiles, loadChangedSpec, type SpecChanges } from './changed-spec.ts'

export async function createCatalog(changes: SpecChanges = {}): Promise<Catalog> {
  const { functions, labels, templateTags: tags } = cliApp
  const spec = await loadChangedSpec(changes)
  const model = await readModel(changeFiles(changes), functions)
  if (model === undefined) throw new Error('connector.yaml has errors')
  return describeSpec({ spec, model, labels, tags })
}
