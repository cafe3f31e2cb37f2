/** The texts of all expressions within a spec. */
export function expressionsOf(it: unknown, texts = new Set<string>(), seen = new Set<unknown>()): Set<string> {
  if (typeof it !== 'object' || it === null || seen.has(it)) return texts
  seen.add(it)
  if ('evaluate' in it && 'text' in it) texts.add(String(it.text))
  for (const member of it instanceof Map ? it.values() : Object.values(it)) expressionsOf(member, texts, seen)
  return texts
}
