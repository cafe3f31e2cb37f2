/** Records of the cases of the spec, for samples in the console before anything has come. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { loadCases } from '../../conformance/cases/load-cases.ts'
import { FAULT_CODES } from '../../fault-codes.ts'
import type { PreviewInput } from '../../mapping/preview.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CommandContext } from '../command.ts'
import { findSuites } from '../commands/test/find-suites.ts'
import { specFolder } from '../load-spec.ts'
import { readTextFile } from '../read-text-file.ts'

/** Empty without cases. A case that does not load is left out. */
export async function readExampleRecords(context: CommandContext, spec: Spec): Promise<readonly PreviewInput[]> {
  const { app, io, logger } = context
  if (app.openConformance === undefined) return []
  const { faultCodes } = await app.openConformance(spec, logger)
  const { caseFiles } = await findSuites(context, [], specFolder(context))
  const texts = await Promise.all(caseFiles.map(async (path) => ({ path, text: await readFile(path, 'utf8') })))
  const { cases } = await loadCases(texts, {
    spec,
    functions: app.functions,
    faultCodes: [...FAULT_CODES, ...faultCodes].map(({ code }) => code),
    readFile: (path) => readTextFile(resolve(io.cwd, path)),
  })
  return cases.flatMap(({ ingress, input }) => {
    const record = input.steps[0]?.records[0]
    if (ingress !== 'webhook' || record?.topic === undefined || input.settings) return []
    const { lookups, workspace } = input
    return [{ topic: record.topic, data: record.body, lookups, workspace }]
  })
}
