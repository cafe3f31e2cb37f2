/** Answers of pure functions, kept for when the same is asked again. */

// What is kept is a function of the text alone, and nobody can ask what texts there were: tenants may share it.

/** The last answers, `kept` of them: the oldest goes first. */
export function memoize<T>(kept: number, answer: (text: string) => T): (text: string) => T {
  const answers = new Map<string, T>()
  return (text) => {
    const known = answers.get(text)
    if (known !== undefined || answers.has(text)) return known as T
    if (answers.size >= kept) answers.delete(answers.keys().next().value ?? '')
    const given = answer(text)
    answers.set(text, given)
    return given
  }
}

/** The last answer alone, for what an event and its person's profile both ask. */
export function memoizeLast<T>(answer: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly given: T } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, given: answer(text) }
    return last.given
  }
}
