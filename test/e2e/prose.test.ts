/** Code and documents keep the words of CONTRIBUTING.md: phrases of the project's former dialect stay out. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A phrase, and the words to use instead. */
const DIALECT: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\b(some|no|any)body\b|\bwhoever\b/i, 'name the agent: the operator, the caller, a person'],
  [/(?<![/\w-])log-ins?\b/i, 'credentials, a connection; a person signs in'],
  [/\bmend(s|ed|ing)?\b|\bput right\b/i, 'fix, repair, resolve'],
  [/\bgiv(e|es|en|ing) back\b/i, 'revoke, release, return'],
  [/\bthe other side\b/i, 'the source, the destination, the vendor'],
  // Such lines stood in the log while webhooks were answered 503.
  [/\b(nothing|no (record|webhook|event)) (is|was|gets) lost\b/i, 'say what is kept: stored records wait'],
  [/\bonce more\b/i, 'again'],
  [/\bat hand\b/i, 'available, in memory'],
  [/\b(is|are|was|were) told of\b/i, 'is notified of'],
  [/\bgoes on by itself\b/i, 'resumes'],
  [/\bcomes? by\b/i, 'arrives by'],
  [/\bso that it counts\b/i, 'to take effect'],
]

const FOLDERS = [
  'bench',
  'connector',
  'docs',
  'examples',
  'mappings',
  'recipes',
  'runtime',
  'sandbox',
  'scripts',
  'template',
]
const TEXT = /\.(ts|mjs|md|ya?ml)$/

function* textFiles(): Generator<string> {
  for (const folder of FOLDERS) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (TEXT.test(name) && !/node_modules|generated\//.test(name)) yield join(folder, name)
    }
  }
  yield* readdirSync(root).filter((name) => TEXT.test(name) || name === '.env.example')
}

test.each(DIALECT)('%s', (phrase, instead) => {
  const found = [...textFiles()].flatMap((path) =>
    readFileSync(join(root, path), 'utf8')
      .split('\n')
      .flatMap((line, at) => (phrase.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : [])),
  )
  expect(found, instead).toEqual([])
})
