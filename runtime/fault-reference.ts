/** Entries of the fault reference, and links to the reference pages. */

import type { FaultKind } from './ports/fault.ts'

/** Who must act. `none`: the connector retries. */
export type FaultOwner = 'operator' | 'mapping author' | 'maintainers' | 'none'

export interface FaultCode {
  /** `<side>/…` stands for the name of the source or the destination, `expression/<code>` for a code of JSONata. */
  readonly code: string
  readonly kind: FaultKind
  /** What happened, as a sentence. */
  readonly meaning: string
  readonly owner: FaultOwner
  /** What the owner does, as a sentence. */
  readonly action: string
}

/** The action defaults to that of the fault's kind. */
type Row = readonly [code: string, meaning: string, action?: string]

export const faultCodes = (kind: FaultKind, owner: FaultOwner, rows: readonly Row[]): readonly FaultCode[] =>
  rows.map(([code, meaning, action = ACTIONS[kind] ?? '']) => ({ code, kind, meaning, owner, action }))

const ACTIONS: Readonly<Partial<Record<FaultKind, string>>> = {
  transient: 'It is retried, with growing pauses, for as long as `delivery.retryFor` allows.',
  bug: 'Report it with the code and the version. Replay the record after an update.',
}

const JSONATA_CODE = /^expression\/[STD]\d{4}$/

/** The id of a code's section on the reference page. */
export const faultAnchor = (code: string): string =>
  code.replace(JSONATA_CODE, 'expression/<code>').replace(/[<>]/g, '').replaceAll('/', '-')

/** The section of the reference that explains a fault code; see `referenceUrl`. */
export const faultUrl = (code: string, homepage?: string): string =>
  `${referenceUrl('faults', homepage)}#${faultAnchor(code)}`

/** A reference page: on the main branch of the repository at `homepage`, or as a path from the root of a checkout. */
export function referenceUrl(page: string, homepage?: string): string {
  const path = `docs/reference/${page}.md`
  return homepage === undefined ? path : `${homepage.replace(/#.*$/, '').replace(/\/$/, '')}/blob/main/${path}`
}
