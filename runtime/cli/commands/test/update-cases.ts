/** `--update`: writes what was seen into the failing cases, and tells which changed. */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { formatPlace, nameWithoutFile } from '../../../conformance/report/run-report.ts'
import { updateCaseFile } from '../../../conformance/update/update-case-file.ts'
import { groupBy } from '../../../lib/group-by.ts'
import type { CommandContext } from '../../command.ts'
import type { TestRun } from './run-tests.ts'

/** Resolves to the number of cases that changed. */
export async function updateCases({ runs, compare }: TestRun, { io, note }: CommandContext): Promise<number> {
  let count = 0
  for (const [file, ofFile] of groupBy(runs, ({ resolved }) => resolved.place.file)) {
    const path = resolve(io.cwd, file)
    const { text, changed, refused } = updateCaseFile(await readFile(path, 'utf8'), ofFile, compare)
    if (text !== undefined) await writeFile(path, text)
    for (const one of changed) note(`updated ${formatPlace(one.place)}  ${nameWithoutFile(one)}`)
    for (const one of refused) note(`left as it is: ${formatPlace(one.place)}  ${nameWithoutFile(one)}: ${one.reason}`)
    count += changed.length
  }
  return count
}
