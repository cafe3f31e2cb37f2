/** The files of a new spec: those of the template, and those that follow from the settings of the connector. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { capitalize } from '../../../lib/format.ts'
import type { CliApp, Setting, Template } from '../../app.ts'
import type { TextFile } from '../../output/write-file.ts'
import { COMMON_SETTINGS } from '../../settings.ts'
import { SCHEMA_FOLDER } from '../schema.ts'

/** Secrets, the default store, dependencies. */
export const IGNORED = ['.env', '.connector/', '*.db', '*.db-*', '*.db.key', 'node_modules/'] as const

/** In alphabetical order, but connector.yaml is the last: an interrupted run may be repeated. */
export async function createFiles({ folder }: Template, { settings }: CliApp): Promise<readonly TextFile[]> {
  const root = fileURLToPath(folder)
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const copied = paths.map(async (path) => ({
    name: relative(root, path).replaceAll(sep, '/'),
    text: nameOwnSchema(await readFile(path, 'utf8')),
  }))
  const files = [
    ...(await Promise.all(copied)),
    { name: '.env.example', text: createEnvExample([...settings, ...COMMON_SETTINGS]) },
    { name: '.gitignore', text: `${IGNORED.join('\n')}\n` },
  ]
  const rank = ({ name }: TextFile) => `${name === 'connector.yaml' ? 1 : 0}${name}`
  return files.sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
}

/** The template names the schemas of the package, one folder up from its own; the copy names those of `schema`. */
const nameOwnSchema = (text: string): string =>
  text.replace(
    /^(# yaml-language-server: \$schema=)\.\.\/((?:\.\.\/)*)schemas\//,
    (_, start: string, up: string) => `${start}${up || './'}${SCHEMA_FOLDER}/`,
  )

const WIDTH = 118

/** Required settings without a value, the others as comments. */
function createEnvExample(settings: readonly Setting[]): string {
  const head = [
    'Copy to .env, which git ignores, and fill in. The environment wins over that file; `connector check` tests the values.',
    'None is needed to try the spec: connector start --sandbox',
  ]
  const blocks = settings.map(({ env, needed, description, howToGet }) => {
    // What the setting is for; its default stands in the second text, too.
    const text = `${capitalize(description.replace(/ \(default.*\)$/, ''))}. ${howToGet}`
    return [...wrap(text).map((line) => `# ${line}`), `${needed === 'no' ? '# ' : ''}${env}=`].join('\n')
  })
  return `${[head.map((line) => `# ${line}`).join('\n'), ...blocks].join('\n\n')}\n`
}

function wrap(text: string): readonly string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + word.length >= WIDTH) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
