/** Lists by key, as `Map.groupBy` of later versions of Node. */

/** In the order in which the keys and the elements first appear. */
export function groupBy<Key, Element>(
  list: Iterable<Element>,
  keyOf: (element: Element) => Key,
): ReadonlyMap<Key, readonly Element[]> {
  const groups = new Map<Key, Element[]>()
  for (const element of list) {
    const key = keyOf(element)
    const group = groups.get(key)
    if (group) group.push(element)
    else groups.set(key, [element])
  }
  return groups
}
