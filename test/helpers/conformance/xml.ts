/** Reads XML 1.0 strictly, as far as a report uses it: throws for whatever a parser must reject. */

export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: XmlElement[]
  text: string
}

const NAME = '[A-Za-z_][\\w.-]*'
const ATTRIBUTE = `(${NAME})="([^"<]*)"`
const TOKEN = new RegExp(`<\\?xml [^?]*\\?>|<(/?)(${NAME})((?: ${ATTRIBUTE})*)\\s*(/?)>|([^<]+)`, 'y')
const CHARACTERS = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

export function readXml(xml: string): readonly XmlElement[] {
  if (!CHARACTERS.test(xml)) throw new Error('a character that XML 1.0 does not have')
  const document: XmlElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [document]
  for (let at = 0; at < xml.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(xml)
    if (token === null) throw new Error(`not well-formed at ${at}: ${xml.slice(at, at + 40)}`)
    const [, close, name, attributes = '', , , empty, text] = token
    const parent = open.at(-1)
    if (text !== undefined && parent) parent.text += decode(text)
    if (name === undefined || parent === undefined) continue
    if (close) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes another element`)
      continue
    }
    const element = { name, attributes: readAttributes(attributes), children: [], text: '' }
    parent.children.push(element)
    if (!empty) open.push(element)
  }
  if (open.length !== 1 || document.children.length !== 1) throw new Error('not one element')
  return document.children
}

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(new RegExp(ATTRIBUTE, 'g'))].map(
    ([, name = '', value = '']) => [name, decode(value)] as const,
  )
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length) throw new Error('an attribute twice')
  return Object.fromEntries(pairs)
}

function decode(text: string): string {
  if (text.includes(']]>')) throw new Error(']]> in text')
  return text.replace(/&([^;]*);?/g, (reference, name: string) => {
    const code = /^#(\d+)$/.exec(name)?.[1]
    const value = code === undefined ? ENTITIES[name] : String.fromCodePoint(Number(code))
    if (value === undefined || !reference.endsWith(';')) throw new Error(`no reference: ${reference}`)
    return value
  })
}
