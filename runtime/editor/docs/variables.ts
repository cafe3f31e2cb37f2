/** What the variables of expressions are: for hover, completion and the reference page. */
import type { Connector } from '../../spec/generated/documents.ts'

export interface VariableText {
  readonly what: string
  /** Continues "absent". Undefined: it is always there. */
  readonly absent?: string
}

/** Bound by the runtime, in the order of the reference page. */
export const VARIABLES: ReadonlyMap<string, VariableText> = new Map(
  Object.entries({
    part: { what: 'One occurrence: an item of what `each` gives.' },
    notification: {
      what: 'The webhook: its `topic` and `created_at`.',
      absent: 'in history and where reconciliation found the record',
    },
    workspace: { what: 'Id of the workspace that the record comes from.' },
    since: {
      what: 'Begin of the window that is read, in seconds since 1970.',
      absent: 'in an import of all history',
    },
    until: { what: 'End of the window that is read, in seconds since 1970.' },
    cursor: {
      what: 'Position of the page: what `next` gave for the one before.',
      absent: 'for the first page',
    },
    pageSize: { what: 'Number of records that a page may have.' },
    key: { what: 'Key of the value that is fetched.' },
    ids: { what: 'Keys of the values that are fetched: a list.' },
  }),
)

type Lookup = Connector['lookups'][string]

export function describeLookup({ summary, key, from, ...ways }: Lookup): VariableText & { readonly cost: string } {
  const source = from === undefined ? 'the record' : `\`$${from}\``
  const what = key === undefined ? 'Fetched by the key that the metric gives.' : `Fetched by \`${key}\` of ${source}.`
  return {
    what: summary === undefined ? what : `${summary} ${what}`,
    absent: 'without such a key, or if the source does not know it',
    cost: describeCost(ways),
  }
}

function describeCost({
  list,
  preloadFrom,
  batch,
  ttl,
}: Pick<Lookup, 'list' | 'preloadFrom' | 'batch' | 'ttl'>): string {
  const kept = `kept for ${ttl}`
  if (list !== undefined) return `One request for all of them, ${kept}.`
  const ahead = preloadFrom === undefined ? [] : [`reads them ahead by the stream \`${preloadFrom}\``]
  const many = batch === undefined ? [] : [`asks for ${batch.size} at once`]
  const inImport = [...ahead, ...many].join(', or ')
  return `One request each, ${kept}.${inImport === '' ? '' : ` An import ${inImport}.`}`
}
