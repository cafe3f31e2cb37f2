/** Finds calls of `$toMillis` whose result depends on the day of the evaluation. */
import { type Node, walkNodes } from '../../compiler/ast.ts'
import type { Parsed, Problem } from '../../parse.ts'
import { findReferences } from '../references.ts'

/** `$toMillis("10:30", "[H]:[m]")` takes today's date: JSONata completes a picture without a year from the clock. */
export function findUndatedTimes({ root, text }: Parsed): readonly Problem[] {
  if (!text.includes('$toMillis')) return []
  const ends = new Set(findReferences(root).flatMap(({ name, end }) => (name === 'toMillis' ? end : [])))
  const pictures = findPictures(root)
  return [...ends].flatMap((end) => {
    const picture = pictures.has(end) ? pictures.get(end) : UNKNOWN
    if (picture === undefined || (picture !== UNKNOWN && hasYear(picture))) return []
    return { ...describe(picture), span: [end - '$toMillis'.length, end] as const }
  })
}

/** A picture that is not a literal. */
const UNKNOWN = Symbol('unknown')

type Picture = string | undefined | typeof UNKNOWN

/** For each place that names the function and calls it, the picture: undefined without one. */
function findPictures(root: Node): ReadonlyMap<number | undefined, Picture> {
  const found = new Map<number | undefined, Picture>()
  const chained = new Set<unknown>()
  // Parents come first.
  for (const each of walkNodes(root)) {
    const node = each as unknown as Node
    if (node.type === 'apply') {
      chained.add(node.rhs)
      // `time ~> $toMillis`, and either part of a composition: called with one argument.
      for (const side of [node.lhs as Node, node.rhs])
        if (side?.type === 'variable') found.set(side.position, undefined)
    }
    if (node.type !== 'function' && node.type !== 'partial') continue
    const picture = node.arguments?.[chained.has(node) ? 0 : 1]
    found.set(node.procedure?.position, picture && readLiteral(picture))
  }
  return found
}

const readLiteral = ({ type, value }: Node): Picture => (type === 'string' ? String(value) : UNKNOWN)

/** `[[` is a bracket of the text. */
const hasYear = (picture: string): boolean => /\[\s*Y/.test(picture.replaceAll('[[', ''))

function describe(picture: Exclude<Picture, undefined>): Omit<Problem, 'span'> {
  if (picture === UNKNOWN) {
    const message = "$toMillis may take today's date: its picture is not a literal"
    return { code: 'volatile', message, help: 'write the picture in the call: $toMillis(time, "[Y]-[M]-[D]")' }
  }
  const message = `$toMillis takes today's date, since the picture "${picture}" has no year`
  const help = 'parse the time together with its date: $toMillis(date & " " & time, "[Y]-[M]-[D] [H]:[m]")'
  return { code: 'volatile', message, help }
}
