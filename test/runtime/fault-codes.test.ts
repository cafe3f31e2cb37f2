/** The tables of fault codes and skip reasons hold what the code throws and returns, and nothing else. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { VENDOR_FAULT_CODES } from '../../connector/fault-codes.ts'
import { PROXY_FAULT_CODES } from '../../runtime/cli/proxy/proxy-faults.ts'
import { CONFORMANCE_FAULT_CODES } from '../../runtime/conformance/fault-codes.ts'
import { FAULT_CODES } from '../../runtime/fault-codes.ts'
import { faultUrl } from '../../runtime/fault-reference.ts'
import {
  describeSkipReason,
  SKIP_REASONS,
  skipReasonUrl,
  WAIT_REASONS,
  whoActsOnSkip,
} from '../../runtime/skip-reasons.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const files = ['runtime', 'connector'].flatMap((folder) =>
  readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('generated') && !name.endsWith('fault-codes.ts'))
    // The contract of a store throws nothing: its records hold faults of a destination without a name.
    .filter((name) => !name.startsWith('conformance/contracts/store/'))
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(`${root}/${folder}/${name}`, 'utf8') })),
)
const table = [...FAULT_CODES, ...CONFORMANCE_FAULT_CODES, ...PROXY_FAULT_CODES, ...VENDOR_FAULT_CODES]

/** A code as thrown. `kind` is undefined where it depends. */
interface ThrownCode {
  readonly path: string
  readonly code: string
  readonly kind: string | undefined
}

/** The room of a vendor, whose refusals it explains. */
const sideOf = (path: string) => /^connector\/(intercom|klaviyo)\//.exec(path)?.[1] ?? '<side>'

function thrownIn({ path, text }: { readonly path: string; readonly text: string }): ThrownCode[] {
  const found: ThrownCode[] = []
  const add = (code: string, kind: string | undefined) => found.push({ path, code, kind })
  for (const match of text.matchAll(/new Fault\(\s*('(\w+)'|\w[\w.]*),\s*(?:'([^']+)'|`([^`]+)`)/g)) {
    const [, , kind, literal, template = ''] = match
    const code = literal ?? template.replace(/^\$\{[^}]+\}/, '<side>')
    if (!code.includes('${')) add(code, kind)
    // The rest of the code is the first argument of the function around it, or `code` of an explanation.
    else for (const name of namesIn(text, match.index)) add(code.replace(/\$\{[^}]+\}$/, name), kind)
  }
  for (const [, kind, code = ''] of text.matchAll(/\[\s*'(config|data|transient|bug)',\s*'([a-z-]+\/[a-z-]+)'/g))
    add(code, kind)
  for (const [, kind, code = ''] of text.matchAll(/kind: '(\w+)',\s*code: '([a-z-]+\/[a-z-]+)'/g)) add(code, kind)
  for (const [, code = ''] of text.matchAll(/asTransientFault\([^;]*?'([a-z-]+\/[a-z-]+)'/g)) add(code, 'transient')
  if (text.includes('ErrorExplanation') || text.includes('ExplainError') || text.includes('classify('))
    for (const [, kind, code] of text.matchAll(/(?:kind: '(\w+)'(?: as const)?,\s*)?code: '([a-z-]+)'/g))
      add(`${sideOf(path)}/${code}`, kind)
  for (const [, code] of text.matchAll(/NotPlain\('([a-z]+)'/g)) add(`expression/${code}`, 'config')
  return found
}

/** The first arguments of calls of the function that holds `index`. */
function namesIn(text: string, index: number): readonly string[] {
  const holder = [...text.slice(0, index).matchAll(/(?:function |const |\n {2}#)(\w+)(?: = )?(?:\(|async \()/g)].at(
    -1,
  )?.[1]
  const calls = text.matchAll(new RegExp(`\\b${holder}\\(\\s*'([a-z-]+)'`, 'g'))
  return [...calls].map(([, name = '']) => name)
}

const thrown = files.flatMap(thrownIn)

describe('the tables of fault codes', () => {
  test('hold every code that is thrown, with its kind', () => {
    const known = new Map(table.map((row) => [row.code, row]))
    const missing = thrown.filter(({ code, kind }) => {
      // Vendor code may throw the faults of either side.
      const row = known.get(code) ?? known.get(code.replace(/^(intercom|klaviyo)\//, '<side>/'))
      return row === undefined || (kind !== undefined && row.kind !== kind)
    })
    expect(missing).toEqual([])
    expect(thrown.length).toBeGreaterThan(80)
  })

  test('hold no code that nothing throws', () => {
    const codes = new Set(thrown.map(({ code }) => code))
    // JSONata's own codes; and an answer of Klaviyo that its room makes a config fault.
    const others = ['expression/<code>', 'klaviyo/not-found']
    expect(table.map(({ code }) => code).filter((code) => !codes.has(code) && !others.includes(code))).toEqual([])
  })

  test('name each code once', () => {
    const codes = table.map(({ code }) => code)
    expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([])
  })
})

test('every code leads to a section of the reference', () => {
  const page = readFileSync(`${root}/docs/reference/faults.md`, 'utf8')
  const urls = [...thrown.map(({ code }) => code), 'intercom/unavailable', 'klaviyo/not-found', 'expression/T2001'].map(
    (code) => faultUrl(code),
  )
  const lost = urls.filter((url) => !page.includes(`<a id="${url.split('#')[1]}"></a>`))
  expect(lost).toEqual([])
  expect(faultUrl('store/full', 'https://git.example/it#readme')).toBe(
    'https://git.example/it/blob/main/docs/reference/faults.md#store-full',
  )
})

test('the table of skip reasons holds every reason that the runtime gives', () => {
  const given = files.flatMap(({ path, text }) => {
    // An explanation has states of its own.
    if (!/^runtime\/(mapping(?!\/explain)|delivery|ports)\//.test(path)) return []
    // Other words of this form belong to a receipt or to the context of a delivery.
    const lines = text.split('\n').filter((line) => !/addressChange|repeats/.test(line))
    const found = lines
      .join('\n')
      .matchAll(
        /(?:skipped: |reason: |DISMISSED = )'([a-z]+(?:-[a-z]+)*)'|(?:\? |: |return |\?\? |FOREIGN_WORKSPACE = |PARTS_UNAVAILABLE = |ALREADY_\w+ = |EXCLUDED_\w+ = |CONTACT_DELETED = )'([a-z]+(?:-[a-z]+)+)'/g,
      )
    return [...found].map(([, named, other]) => named ?? other ?? '')
  })
  expect([...new Set(given)].sort()).toEqual([...SKIP_REASONS, ...WAIT_REASONS].map(({ reason }) => reason).sort())
})

test("a mapping's own skip reason is shown as its author wrote it", () => {
  expect(describeSkipReason('not-a-customer')).toBe('not a customer')
  expect(whoActsOnSkip('not-a-customer')).toMatch(/the rule of the mapping that skips it/)
  expect(skipReasonUrl('not-a-customer')).toBe('docs/reference/skip-reasons.md')
  expect(skipReasonUrl('no-identity')).toBe('docs/reference/skip-reasons.md#no-identity')
})
