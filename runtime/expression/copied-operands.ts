/** Finds operands of `??` and `?:` that JSONata's parser would copy too often, from the text alone: parsing takes as long. */

/** Characters that the parser may copy beyond four times the text, which takes it some hundredths of a second. */
const MAX_COPIED = 10_000

/** An open bracket. */
interface Frame {
  /** Characters of the operand so far, as often as the parser copies them. */
  operand: number
  /** Those of the operands before it. */
  done: number
}

const SPACE = /\s*/y
const COMMENT = /\/\*[\s\S]*?(?:\*\/|$)/y
const STRING = /"(?:[^"\\]|\\[\s\S])*(?:"|$)|'(?:[^'\\]|\\[\s\S])*(?:'|$)|`[^`]*(?:`|$)/y
const WORD = /[^\s.[\]{}(),@#;:?+\-*/%|=<>^&!~"'`]+/y
const SIGN = /\?\?|\?:|:=|\*\*|[\s\S]/y

/** Operators between operands that are also names elsewhere. */
const WORD_OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'in'])
/** Signs that are operands where an operand is expected: wildcards, the parent, a placeholder. */
const SIGN_OPERANDS: ReadonlySet<string> = new Set(['*', '**', '%', '?'])
/** Signs after which a new operand of `??` begins. */
const SEPARATORS: ReadonlySet<string> = new Set([',', ';', '?', ':', ':='])

/**
 * The offset of the operator whose left side would be copied too often: each `??` within the left side of another one
 * doubles it. On the right side, and in `a ?? b ?? c`, nothing doubles.
 */
export function findExcessiveCopy(text: string): number | undefined {
  if (!/\?[?:]/.test(text)) return undefined
  const frames: Frame[] = [{ operand: 0, done: 0 }]
  let copied = 0
  let follows = false // Whether an operand precedes, so that an operator follows.
  const top = (): Frame => frames.at(-1) as Frame
  for (let at = 0; at < text.length; ) {
    const skipped = match(SPACE, text, at) + match(COMMENT, text, at)
    if (skipped !== '') {
      at += skipped.length
      continue
    }
    const start = at
    const literal: string = match(STRING, text, at) || (text[at] === '/' && !follows ? readRegex(text, at) : '')
    const word = literal || match(WORD, text, at)
    const token = word || match(SIGN, text, at)
    at += token.length
    top().operand += token.length
    if (word !== '') {
      follows = literal !== '' || !follows || !WORD_OPERATORS.has(word)
    } else if ('([{'.includes(token)) {
      frames.push({ operand: 0, done: 0 })
      follows = false
    } else if (')]}'.includes(token)) {
      const { operand, done } = frames.length > 1 ? (frames.pop() as Frame) : { operand: 0, done: 0 }
      top().operand += operand + done
      follows = true
    } else if (token === '??' || token === '?:') {
      copied += top().operand
      if (copied > MAX_COPIED + 4 * text.length) return start
      closeOperand(top(), 2)
      follows = false
    } else {
      if (SEPARATORS.has(token) && follows) closeOperand(top(), 1)
      follows = !follows && SIGN_OPERANDS.has(token)
    }
  }
  return undefined
}

function closeOperand(frame: Frame, times: number): void {
  frame.done += times * frame.operand
  frame.operand = 0
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** As JSONata does: a slash within brackets does not end it. */
function readRegex(text: string, start: number): string {
  let depth = 0
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] as string
    if (character === '\\') at++
    else if ('([{'.includes(character)) depth++
    else if (')]}'.includes(character)) depth--
    else if (character === '/' && depth === 0) return text.slice(start, at + 1)
  }
  return text.slice(start)
}
