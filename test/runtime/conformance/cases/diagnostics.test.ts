/** Diagnostics of case files as text: pairs of mistakes and the printed messages. UPDATE=1 rewrites the messages. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadCases } from '../../../../runtime/conformance/cases/load-cases.ts'
import { renderDiagnostic } from '../../../../runtime/spec/diagnostic.ts'
import { caseParts } from '../../../helpers/conformance/small-spec.ts'

const folder = new URL('../../../diagnostics/cases/', import.meta.url)

test.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))('%s', async (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8')
  const { cases, diagnostics, warnings } = await loadCases([{ path: `tests/${name}`, text }], caseParts)
  const printed = `${[...diagnostics, ...warnings].map((one) => renderDiagnostic(one)).join('\n\n')}\n`
  const file = new URL(name.replace('.yaml', '.out'), folder)
  if (process.env.UPDATE) writeFileSync(file, printed)
  expect(printed).toBe(readFileSync(file, 'utf8'))
  // Only what has no error is run.
  expect(cases.length > 0).toBe(diagnostics.length === 0)
})
