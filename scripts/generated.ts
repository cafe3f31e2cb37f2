/** Every derived file and what it should hold. */
import { readdir, readFile } from 'node:fs/promises'
import { functions } from '../connector/functions.ts'
import { documentTypes } from './document-types.ts'
import { functionsPage } from './functions-reference.ts'
import { generatedNote, type Schema, schemaPage } from './schema-reference.ts'

export interface Generated {
  /** From the root of the checkout. */
  readonly path: string
  readonly text: string
}

const pages = {
  connector: 'connector.yaml',
  mapping: 'A metric: mappings/*.yaml',
  properties: 'A property set: mappings/_*.yaml',
  profile: 'The profile: mappings/profile.yaml',
}

export async function generated(root: URL): Promise<readonly Generated[]> {
  const spec = new URL('runtime/spec/', root)
  const schema = async (name: string) =>
    JSON.parse(await readFile(new URL(`${name}.schema.json`, spec), 'utf8')) as Schema
  const definitions = await schema('definitions')
  const reference = Object.entries(pages).map(async ([name, title]) => ({
    path: `docs/reference/${name}.md`,
    text: schemaPage(title, await schema(name), definitions),
  }))
  return [
    { path: 'runtime/spec/documents.ts', text: await documentTypes(spec) },
    ...(await Promise.all(reference)),
    { path: 'docs/reference/functions.md', text: functionsPage(functions) },
    { path: 'docs/reference/diagnostics.md', text: await diagnosticsPage(new URL('test/diagnostics/err/', root)) },
  ]
}

/** What `validate` says, by example: the cases that the tests hold it to. */
async function diagnosticsPage(folder: URL): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.out')).sort()
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')))
  const said = texts.flatMap((text) => text.trimEnd().split('\n\n'))
  return [`# Complaints about a spec`, generatedNote, ...sections(said), ''].join('\n\n')
}

/** One section a code, with the first example of it. */
function sections(said: readonly string[]): readonly string[] {
  const codes = new Map<string, string>()
  for (const text of said) {
    const [, code] = /\[([\w-]+\/[\w-]+)\]$/.exec(text.split('\n')[0] ?? '') ?? []
    if (code !== undefined && !codes.has(code)) codes.set(code, text)
  }
  return [...codes].sort().map(([code, text]) => `## \`${code}\`\n\n\`\`\`text\n${text}\n\`\`\``)
}
