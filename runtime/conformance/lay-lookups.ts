/** What lookups find, laid over what they found before. */
import type { CaseInput } from './types.ts'

/** Resources by id replace those before them; all others stay. */
export function layLookups(before: CaseInput['lookups'], added: CaseInput['lookups'] = {}): CaseInput['lookups'] {
  const all = { ...before }
  for (const [name, rows] of Object.entries(added)) all[name] = { ...all[name], ...rows }
  return all
}
