/** What both engines say at a limit, by JSONata's code. */
export const LIMIT_ERRORS: Readonly<Record<string, string>> = {
  D1012: 'it takes too many steps',
  D2014: 'a range (..) has too many items',
  D2015: 'a list has too many items',
}
