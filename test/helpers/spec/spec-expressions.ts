/** The texts of all expressions within a spec. */
export function collectExpressionTexts(value: unknown, texts = new Set<string>(), visited = new Set<unknown>()) {
  if (typeof value !== 'object' || value === null || visited.has(value)) return texts
  visited.add(value)
  if ('evaluate' in value && 'text' in value) texts.add(String(value.text))
  const members = value instanceof Map ? value.values() : Object.values(value)
  for (const member of members) collectExpressionTexts(member, texts, visited)
  return texts
}
