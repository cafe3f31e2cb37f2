/** Each job of the cook book: its YAML passes `validate` without a complaint, and maps the samples as the page shows. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { functions } from '../../connector/functions/index.ts'
import { intercomToKlaviyo } from '../../connector/index.ts'
import { namedBases } from '../../connector/spec.ts'
import { vendorRules } from '../../connector/spec-rules.ts'
import type { Preview, PreviewItem } from '../../runtime/mapping/preview.ts'
import type { JsonObject } from '../../runtime/ports/types.ts'
import { renderDiagnostic } from '../../runtime/spec/diagnostic.ts'
import { loadSpec } from '../../runtime/spec/load.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { createSample, type Setting } from '../helpers/spec/create-sample.ts'

interface Sample {
  /** A webhook's topic, or `history of` a stream. */
  readonly origin: string
  readonly settings: readonly Setting[]
  readonly results: readonly string[]
}

interface Job {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly samples: readonly Sample[]
}

const page = readFileSync(new URL('../../docs/guide/cook-book.md', import.meta.url), 'utf8')

function readJob(section: string): Job {
  const blocks = [...section.matchAll(/^```(yaml|text)\n([\s\S]*?)^```$/gm)]
  const of = (language: string) => blocks.flatMap(([, tag, text = '']) => (tag === language ? [text] : []))
  const files = of('yaml').map((text) => [/^# (\S+)\n/.exec(text)?.[1] ?? '', text] as const)
  return {
    name: section.split('\n')[0] ?? '',
    files: Object.fromEntries(files),
    samples: of('text').flatMap((text) => text.trim().split('\n\n').map(readSample)),
  }
}

function readSample(text: string): Sample {
  const [origin = '', ...lines] = text.split('\n')
  const settings = lines.flatMap((line) => {
    const [, path, value = ''] = /^ {2}(.+?) = (.+)$/.exec(line) ?? []
    return path === undefined ? [] : [[path, JSON.parse(value)] as const]
  })
  return { origin, settings, results: lines.flatMap((line) => (line.startsWith('→ ') ? [line.slice(2)] : [])) }
}

const jobs = page.split(/^### /m).slice(1).map(readJob)

async function load(own: Job['files']): Promise<{ readonly spec: Spec | undefined; readonly complaints: string[] }> {
  const texts: Job['files'] = {
    ...own,
    'connector.yaml': `extends: intercom-to-klaviyo\n${own['connector.yaml'] ?? ''}`,
  }
  const files = {
    read: async (name: string) => texts[name],
    list: async (folder: string) =>
      Object.keys(texts).flatMap((path) => (path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [])),
  }
  const options = { functions, rules: vendorRules, bases: namedBases(), files, runTrials: true }
  const { spec, diagnostics } = await loadSpec('', options)
  return { spec, complaints: diagnostics.map((each) => renderDiagnostic(each, false)) }
}

/** The forms of a result, each with its check. `items`: those of the named metric. */
const FORMS: readonly (readonly [RegExp, (items: readonly PreviewItem[], ...rest: string[]) => void])[] = [
  [/^no (.+)$/, (items) => expect(items).toEqual([])],
  [/^(.+) skipped: (.+)$/, ([item], skipped) => expect(item).toMatchObject({ skipped })],
  [
    /^(.+) value (\S+) (\w+)$/,
    ([item], value, currency) => expect(item).toMatchObject({ value: Number(value), currency }),
  ],
  [/^(.+) without "(.+)"$/, ([item], name = '') => expect(valuesOf(item)).not.toHaveProperty([name])],
  [
    /^(.+?) (\{.*\})$/,
    ([item], json = '') => {
      const expected = JSON.parse(json) as JsonObject
      const values = valuesOf(item)
      expect(Object.fromEntries(Object.keys(expected).map((name) => [name, values[name]]))).toEqual(expected)
    },
  ],
  [/^(.+)$/, ([item]) => expect(item).toHaveProperty('key')],
]

function valuesOf(item: PreviewItem | undefined): JsonObject {
  if (item === undefined) throw new Error('there is no such event')
  if ('properties' in item) return item.properties as JsonObject
  if (!('profile' in item)) throw new Error(JSON.stringify(item))
  return { ...item.profile, ...(item.profile.properties as JsonObject) }
}

function findItems(name: string, { items }: Preview): readonly PreviewItem[] {
  const profiles = items.flatMap((item) => ('profile' in item ? [{ profile: item.profile }] : []))
  if (name === 'profile') return profiles
  return items.filter((item) => ('metric' in item ? item.metric === name : name === 'Profile'))
}

function check(result: string, preview: Preview): void {
  const form = FORMS.find(([pattern]) => pattern.test(result))
  const [, name = '', ...rest] = form?.[0].exec(result) ?? []
  form?.[1](findItems(name, preview), ...rest)
}

test('the cook book has the everyday jobs, and a link to each', () => {
  expect(jobs.length).toBeGreaterThan(30)
  const anchors = jobs.map(({ name }) => `](#${name.toLowerCase().replaceAll(' ', '-')})`)
  expect(anchors.filter((anchor) => !page.includes(anchor))).toEqual([])
})

describe.each(jobs)('$name', async ({ files, samples }) => {
  const { spec, complaints } = await load(files)

  test('passes validate', () => {
    expect(Object.keys(files).length).toBeGreaterThan(0)
    expect(complaints).toEqual([])
  })

  test.each(samples)('$origin: $results', async ({ origin, settings, results }) => {
    if (spec === undefined) throw new Error('the spec has errors')
    const connector = await intercomToKlaviyo({ settings: { spec } })
    const preview = await connector.preview(createSample(origin, settings))
    for (const result of results) check(result, preview)
    expect(results.length).toBeGreaterThan(0)
  })
})
