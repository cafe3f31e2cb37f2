/** The reference page of the shipped metrics and profile: what `connector docs` prints. */
import { cliApp } from '../../connector/cli-app.ts'
import { describeSpec } from '../../runtime/catalog/describe-spec.ts'
import { renderMarkdown } from '../../runtime/catalog/markdown.ts'
import { readModel } from '../../runtime/editor/model/model.ts'
import { loadSpec } from '../../runtime/spec/load.ts'
import { openSpecFolder } from '../../runtime/spec/spec-files.ts'

export async function renderMetricsPage(root: URL, note: string): Promise<string> {
  const { functions, labels, templateTags: tags } = cliApp
  const { spec } = await loadSpec(root, { functions })
  const model = await readModel(openSpecFolder(root), functions)
  if (spec === undefined || model === undefined) throw new Error('the shipped spec has errors: connector validate')
  const [title, ...rest] = renderMarkdown(describeSpec({ spec, model, labels, tags })).split('\n\n')
  return [title, note, ...rest].join('\n\n')
}
