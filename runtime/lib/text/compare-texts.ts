/** Sorts texts the same in every locale. */

/** By code unit, as SQL sorts. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
