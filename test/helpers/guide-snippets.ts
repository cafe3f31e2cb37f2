/** Runs the TypeScript samples of a guide as they stand, with the values that the guide leaves to its reader. */
import { readFileSync } from 'node:fs'
import { transform } from 'esbuild'

const root = new URL('../../', import.meta.url)

/** Entry points of the package, as the samples import them. */
const { compilerOptions } = JSON.parse(readFileSync(new URL('tsconfig.json', root), 'utf8')) as {
  readonly compilerOptions: { readonly paths: Readonly<Record<string, readonly [string]>> }
}

/** The samples by name: the nearest heading above each, and its number below that heading, from 1. */
function readSnippets(path: string): readonly (readonly [name: string, code: string])[] {
  const sections = readFileSync(new URL(path, root), 'utf8')
    .split(/^#{2,} /m)
    .slice(1)
  return sections.flatMap((section) => {
    const [heading = ''] = section.split('\n', 1)
    const blocks = [...section.matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
    return blocks.map(([, code = ''], index) => [`${heading} ${index + 1}`, code] as const)
  })
}

/** Returns a function that runs a sample of these guides by its name: `The hook 2` is the second below that heading. */
export function openGuides(...paths: readonly string[]) {
  const snippets = new Map(paths.flatMap(readSnippets))
  return (name: string, given: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const code = snippets.get(name)
    if (code === undefined) throw new Error(`no sample "${name}": ${[...snippets.keys()].join(', ')}`)
    return runSnippet(code, given)
  }
}

/**
 * Resolves to what the sample returns, else to its constants by name. Throws what the sample throws, also for a name that
 * neither the sample nor `given` has.
 */
async function runSnippet(code: string, given: Readonly<Record<string, unknown>>): Promise<unknown> {
  const body = code.replace(/^import \{([^}]*)\} from '([^']+)'$/gm, (_, names: string, from: string) => {
    const values = names.split(',').filter((name) => !name.trim().startsWith('type '))
    return `const {${values.join(',').replaceAll(' as ', ': ')}} = await load('${from}')`
  })
  const constants = [...body.matchAll(/^const (?:(\w+)|\{([^}]*)\}) =/gm)].flatMap(([, one, some = '']) =>
    one === undefined ? some.split(',').map((name) => name.split(':').at(-1)?.trim() ?? '') : [one],
  )
  const own = constants.filter((name) => name !== '')
  const names = Object.keys(given).filter((name) => !own.includes(name))
  const source = `async function run(load, { ${names.join(', ')} }) {\n${body}\nreturn { ${own.join(', ')} }\n}`
  const { code: plain } = await transform(source, { loader: 'ts', target: 'es2022' })
  const run = new Function(`${plain}\nreturn run`)() as (load: typeof loadEntry, given: object) => Promise<unknown>
  return run(loadEntry, given)
}

async function loadEntry(name: string): Promise<unknown> {
  const path = compilerOptions.paths[name]?.[0]
  return import(path === undefined ? name : new URL(path, root).href)
}
