/** The approved occurrences of a recording: what a replay must give. */
import { isMap, isSeq, LineCounter, parseDocument, stringify } from 'yaml'
import { isObject } from '../../lib/json.ts'
import { Fault } from '../../ports/fault.ts'
import type { Json } from '../../ports/types.ts'
import type { CaseOccurrence, CasePlace, ExpectedOccurrence } from '../types.ts'
import { toExpectation } from './expectation.ts'
import { APPROVED_FILE } from './recording-files.ts'

const HEADER = `# What a replay of this recording gives. \`connector test --update\` writes it; read the difference before you commit it.
`

export const formatApproved = (occurrences: readonly CaseOccurrence[], workspace: string): string =>
  `${HEADER}${stringify({ expect: occurrences.map((one) => toExpectation(one, workspace)) }, { lineWidth: 120, aliasDuplicateObjects: false })}`

/** With their places in `file`. Throws a config fault for another form. */
export function parseApproved(text: string, file: string): readonly ExpectedOccurrence[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const list = document.errors.length === 0 && isMap(document.contents) ? document.get('expect', true) : undefined
  if (!isSeq(list)) throw invalid('has no list `expect`')
  return list.items.map((item): ExpectedOccurrence => {
    const [start = 0] = isMap(item) ? (item.range ?? []) : []
    const { line, col: column } = lines.linePos(start)
    const place: CasePlace = { file, line, column }
    const value = isMap(item) ? (item.toJS(document) as Json) : null
    if (!isObject(value)) throw invalid(`has an occurrence that is no mapping, at line ${line}`)
    return { ...value, place } as ExpectedOccurrence
  })
}

const invalid = (problem: string) =>
  new Fault(
    'config',
    'recording/invalid',
    `${APPROVED_FILE} of the recording ${problem}; \`connector test --update\` writes it anew`,
  )
