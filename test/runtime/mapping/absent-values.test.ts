/** A field that is absent, null or empty text gives the same events and profiles, with the shipped mappings and everyday ones. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { intercomToKlaviyo, loadConnectorSpec } from '../../../connector/index.ts'
import { specFolder } from '../../../connector/spec.ts'
import type { Connector } from '../../../runtime/index.ts'
import type { PreviewInput } from '../../../runtime/mapping/preview.ts'
import type { Json } from '../../../runtime/ports/types.ts'

const readFixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../conformance/fixtures/${name}.json`, import.meta.url), 'utf8')) as Json

const NOTHING = { absent: undefined, null: null, 'empty text': '' } as const
const contact = readFixture('contact')
const lookups = { ...(readFixture('lookups') as object), contact: [contact] } as Json

type Path = readonly (string | number)[]

/** The paths of all values that are no object and no list. */
function* leaves(value: Json | undefined, path: Path = []): Generator<Path> {
  if (typeof value !== 'object' || value === null) return yield path
  for (const [name, member] of Object.entries(value))
    yield* leaves(member, [...path, Array.isArray(value) ? Number(name) : name])
}

function replace(value: Json, path: Path, replacement: Json | undefined): Json {
  const copy = structuredClone(value) as Json
  const holder = path.slice(0, -1).reduce((found, name) => (found as Record<string, unknown>)[name], copy as unknown)
  const name = path.at(-1) ?? ''
  if (replacement === undefined) delete (holder as Record<string | number, unknown>)[name]
  else (holder as Record<string | number, unknown>)[name] = replacement
  return copy
}

const resources: readonly (readonly [name: string, input: (item: Json) => PreviewInput])[] = [
  ['conversation', (data) => ({ stream: 'conversations', data: [data], lookups, workspace: 'abc' })],
  ['ticket', (data) => ({ stream: 'tickets', data: [data], lookups, workspace: 'abc' })],
  ['contact', (item) => ({ topic: 'contact.user.updated', data: { app_id: 'abc', topic: '', data: { item } } })],
]

describe('the shipped mappings', async () => {
  const connector = await intercomToKlaviyo()
  for (const [name, input] of resources) {
    const fixture = readFixture(name)
    const paths = [...leaves(fixture)].filter((path) => typeof path.at(-1) === 'string')
    test.each(paths.map((path) => [path.join('.'), path] as const))(`${name} without %s`, async (_, path) => {
      const [absent, ...others] = await Promise.all(
        Object.values(NOTHING).map((value) => connector.preview(input(replace(fixture, path, value)))),
      )
      for (const other of others) expect(other).toEqual(absent)
    })
  }
})

/** What a person writes about a title that may be missing. */
const FORMS = [
  'title',
  'title & "!"',
  '"Title: " & title',
  '$exists(title)',
  'title ? title : "none"',
  'title ?? "none"',
  'title ?: "none"',
  '$substring(title, 0, 30)',
  '$substringBefore(title, ":")',
  '$substringAfter(title, ":")',
  '$uppercase(title)',
  '$lowercase(title)',
  '$trim(title)',
  '$length(title)',
  '$length(title) > 3',
  '$contains(title, "parcel")',
  '$contains(title, /parcel/i)',
  '$match(title, /\\w+/).match',
  '$replace(title, "a", "b")',
  '$split(title, " ")',
  '$pad(title, 10)',
  '$number(title)',
  '$boolean(title)',
  '$string(title)',
  '$type(title)',
  '$not(title)',
  'title = "A"',
  'title != "A"',
  'title in ["A", "B"]',
  'title > "A"',
  '[title]',
  '$count(title)',
  '{"title": title}',
  '$join([title, state], ", ")',
  '$keys($)[$ = "title"]',
  'title ~> $uppercase',
  '$append(title, state)',
  '$lookup($, "title")',
  '$fromMillis(title)',
  '$sum([title])',
]

describe('everyday expressions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'absent-values-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  let connector: Connector

  beforeAll(async () => {
    for (const name of ['connector.yaml', 'fields.yaml', 'mappings'])
      cpSync(new URL(name, specFolder()), join(folder, name), { recursive: true })
    const properties = FORMS.map((form, index) => `    F${index}: ${JSON.stringify(form)}`)
    const header =
      'metric: Closed\nsummary: Any conversation.\nresource: conversation\nfrom: { stream: conversations }\ntime: created_at\n'
    writeFileSync(
      join(folder, 'mappings', 'closed.yaml'),
      `${header}key: [closed, id]\ncontact: contacts.contacts[0].id\nproperties:\n${properties.join('\n')}\n`,
    )
    connector = await intercomToKlaviyo({ settings: { spec: await loadConnectorSpec(pathToFileURL(`${folder}/`)) } })
  })

  test('are the same for a title that is absent, null or empty, and none fails', async () => {
    const given = await Promise.all(
      Object.values(NOTHING).map((value) =>
        connector.preview({
          stream: 'conversations',
          data: [replace(readFixture('conversation'), ['title'], value)],
          lookups,
          workspace: 'abc',
        }),
      ),
    )
    const closed = given.map(({ items }) => items.find((item) => 'metric' in item && item.metric === 'Closed'))
    expect(closed[0]).toHaveProperty('properties')
    expect(closed[1]).toEqual(closed[0])
    expect(closed[2]).toEqual(closed[0])
  })
})
