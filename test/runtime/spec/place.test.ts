/** The place in the YAML of each character of an expression, in every scalar style. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Document, Scalar } from 'yaml'
import { SourceFile } from '../../../runtime/spec/source-file.ts'
import { YamlFile } from '../../../runtime/spec/yaml.ts'

const styles = ['PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const

function writeYaml(value: string, style: (typeof styles)[number]): YamlFile {
  const scalar = new Scalar(value)
  scalar.type = style
  const text = new Document({ before: 1, deep: { er: scalar }, after: 2 }).toString({ lineWidth: 20 })
  return new YamlFile(new SourceFile('m.yaml', text))
}

describe.for(styles)('%s', (style) => {
  const words = fc.array(
    fc.constantFrom('$part.id', '"x"', "'y'", '&', '\n', '  ', 'é', '\\', '€', '(a + b)', 'tags.name'),
  )

  test('every character is at its offset', () => {
    const property = fc.property(words, (parts) => {
      const yaml = writeYaml(parts.join(' ').trim(), style)
      const { value, at } = yaml.text(['deep', 'er'])
      // Compares the parsed value: the library sometimes writes another text when folding " \n \n".
      for (const [index, char] of value.split('').entries()) {
        if (/\s/.test(char)) continue
        const found = yaml.file.text[at(index)]
        expect([char, '\\']).toContain(found)
        if (found === '\\' && char !== '\\') expect(yaml.file.text).toContain('"')
      }
    })
    fc.assert(property, { numRuns: 200 })
  })

  test('places increase with offsets', () => {
    const value = 'a b\nc  d\n\n"e"'
    const { at } = writeYaml(value, style).text(['deep', 'er'])
    const places = [...value, ''].map((_, index) => at(index))
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })
})

test('a literal block adds the indent of each line', () => {
  const yaml = new YamlFile(new SourceFile('m.yaml', 'when: |\n    a and\n      b\n'))
  const { value, at } = yaml.text(['when'])
  expect(yaml.file.place(at(value.indexOf('b')))).toBe('m.yaml:3:7')
})

test('an alias has the place of its anchor', () => {
  const yaml = new YamlFile(new SourceFile('m.yaml', 'a: &x "b & c"\nd: *x\n'))
  expect(yaml.file.place(yaml.text(['d']).at(4))).toBe('m.yaml:1:12')
  expect(yaml.value).toEqual({ a: 'b & c', d: 'b & c' })
})

test('lines that end with CR LF', () => {
  const file = new SourceFile('m.yaml', 'a: 1\r\nb: x &\r\n')
  expect(file.line(2)).toBe('b: x &')
  expect(file.position(6)).toEqual({ line: 2, column: 1 })
})
