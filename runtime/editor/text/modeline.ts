/** The comment in a file's first line that names its schema for editors. */

const MODELINE = /^(\uFEFF?)# yaml-language-server: \$schema=[^\r\n]*/

/** `schema`: its path from the file's folder. */
export const formatModeline = (schema: string): string => `# yaml-language-server: $schema=${schema}`

/** Replaces the comment, or adds a first line. Changes nothing else. */
export function setModeline(text: string, schema: string): string {
  const line = formatModeline(schema)
  if (MODELINE.test(text)) return text.replace(MODELINE, (_, mark: string) => `${mark}${line}`)
  const [mark = ''] = /^\uFEFF?/.exec(text) ?? []
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? '\n'
  return `${mark}${line}${lineEnd}${text.slice(mark.length)}`
}

/** Whether the first line names a schema, from which an editor completes and explains the keys. */
export const namesSchema = (text: string): boolean => MODELINE.test(text)

/** Whether that is a schema with the names of the spec, in the usual folder of `connector schema`. */
export const namesOwnSchema = (text: string): boolean =>
  MODELINE.exec(text)?.[0].includes('.connector-schema/') ?? false

/** The text without the name of a schema, each other character at its place. */
export const hideModeline = (text: string): string =>
  text.replace(MODELINE, (line, mark: string) => `${mark}#${' '.repeat(line.length - mark.length - 1)}`)
