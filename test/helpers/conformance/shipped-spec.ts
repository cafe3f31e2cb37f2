/** The shipped spec, for its kit. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cliApp } from '../../../connector/cli-app.ts'
import type { CaseText } from '../../../runtime/conformance/cases/case-file.ts'
import type { LoadCasesParts } from '../../../runtime/conformance/cases/load-cases.ts'
import type { MapEngineParts } from '../../../runtime/conformance/engine/map-engine.ts'
import { FAULT_CODES } from '../../../runtime/fault-codes.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import { silentLogger } from '../../../runtime/system.ts'

const root = new URL('../../../', import.meta.url)
const folder = 'conformance/cases/'
const { functions, openConformance } = cliApp
const { spec } = await loadSpec(cliApp.specFolder, { functions })
if (spec === undefined) throw new Error('the shipped spec has errors')
const { fit, faultCodes } = (await openConformance?.(spec, silentLogger)) ?? { faultCodes: [] }
if (fit === undefined) throw new Error('the connector fits no messages')

export const engineParts: MapEngineParts = { spec, fit }

export const caseParts: LoadCasesParts = {
  spec,
  functions,
  faultCodes: [...FAULT_CODES, ...faultCodes].map(({ code }) => code),
  readFile: async (path) => {
    const file = new URL(path, root)
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined
  },
}

export const readCaseFiles = (): readonly CaseText[] =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ path: `${folder}${name}`, text: readFileSync(new URL(`${folder}${name}`, root), 'utf8') }))
