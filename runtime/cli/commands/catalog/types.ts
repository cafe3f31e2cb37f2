/** `types`: writes the properties of each metric as TypeScript types and JSON Schemas. */
import { resolve } from 'node:path'
import { createJsonSchemas } from '../../../catalog/json-schema.ts'
import { renderTypeScript } from '../../../catalog/typescript.ts'
import { formatJson, plural } from '../../../lib/format.ts'
import type { CommandDefinition } from '../../command.ts'
import { EXIT_CODES } from '../../errors.ts'
import { shortenPath, specOperand } from '../../load-spec.ts'
import { writeFiles } from '../../output/write-file.ts'
import { readCatalog } from './read-catalog.ts'

export const typesCommand: CommandDefinition = {
  name: 'types',
  summary: "Write TypeScript types and JSON Schemas of each metric's properties and the profile.",
  operand: specOperand,
  options: [
    {
      flags: '--out <folder>',
      description: 'folder for metrics.ts and a schema for each metric (default: the types on stdout)',
    },
  ],
  examples: [
    ['types ./my-spec > metrics.ts', 'for a program that reads the events'],
    ['types ./my-spec --out types', 'with a JSON Schema (draft-07) for each metric and the profile'],
  ],
  async run(context, input) {
    const { io, json } = context
    const catalog = await readCatalog(context, input.operands[0])
    const schemas = createJsonSchemas(catalog)
    const out = input.value('out')
    if (out === undefined) {
      const byName = Object.fromEntries(schemas.map(({ name, schema }) => [name, schema]))
      context.print(json ? formatJson(byName) : renderTypeScript(catalog))
      return EXIT_CODES.ok
    }
    const folder = resolve(io.cwd, out)
    const files = schemas.map(({ name, schema }) => ({ name: `${name}.schema.json`, text: formatJson(schema) }))
    const written = await writeFiles(folder, [{ name: 'metrics.ts', text: renderTypeScript(catalog) }, ...files])
    const summary = `${shortenPath(folder, io.cwd)}: metrics.ts and ${plural(files.length, 'schema')}\n`
    context.print(json ? formatJson({ files: written }) : summary)
    return EXIT_CODES.ok
  },
}
