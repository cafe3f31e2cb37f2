/** Objects that extend others, at the cost of their members alone. */

/**
 * `{ ...base, ...own }`, for objects that stay. A literal that begins with a spread gets a hidden class of its own in
 * Node 20, 300 bytes and more: this one shares it with all that have the same members.
 */
export function extend<Base extends object, Own extends object>(base: Base, own: Own): Omit<Base, keyof Own> & Own {
  return Object.assign({}, base, own)
}
