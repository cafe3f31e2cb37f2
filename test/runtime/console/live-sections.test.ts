/** A refresh gets the sections that have changed, and nothing else. */
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { changedSections, findLiveSections } from '../../../runtime/console/server/live-sections.ts'
import { openConsole } from '../../helpers/console.ts'

const page = (text: string, token: string) =>
  `<main><section id="a" class="card" data-live aria-label="A"><section><p>${text}</p></section><input value="${token}"></section>` +
  `<p>between</p><div id="b" data-live><div>same &lt;section&gt;</div></div></main>`

const hashes = (html: string) =>
  [...html.matchAll(/id="([^"]+)"[^>]* data-live="([^"]+)"/g)].map(([, id, hash]) => `${id}=${hash}`).join(',')

test('only sections with other content are sent, and a masked token is not content', () => {
  const first = findLiveSections(page('one', 'abc'), 'abc')
  expect(first.sections.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(first.html.replaceAll(/ data-live="[^"]+"/g, ' data-live')).toBe(page('one', 'abc'))
  const known = hashes(first.html)
  const same = findLiveSections(page('one', 'xyz'), 'xyz')
  expect(changedSections(same.sections, known)).toEqual({ a: null, b: null })
  const next = findLiveSections(page('two', 'xyz'), 'xyz')
  expect(changedSections(next.sections, known)).toEqual({ a: next.sections[0]?.html, b: null })
  expect(next.sections[0]?.html).toMatch(/^<section id="a".*two.*<\/section>$/)
})

test('a page that knows its sections gets none again', async () => {
  const { browser } = await openConsole()
  const client = browser()
  const html = await client.text('/failed-events')
  const response = await client.get('/failed-events', { 'x-live': hashes(html) })
  expect(response.headers.get('content-type')).toContain('application/json')
  const { title, icon, sections } = (await response.json()) as {
    title: string
    icon: string
    sections: Record<string, string | null>
  }
  expect(html).toContain(`<title>${title}</title>`)
  expect(html).toContain(`data-${icon}="/assets/icon`)
  expect(Object.keys(sections)).toContain('health')
  expect(Object.values(sections).every((section) => section === null)).toBe(true)
})

test('each response masks the token of forms anew, and each mask is accepted', async () => {
  const { browser } = await openConsole()
  const client = browser()
  const pages = [await client.text('/find'), await client.text('/find')]
  const tokens = pages.map((text) => /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '')
  expect(tokens[0]).not.toBe(tokens[1])
  for (const csrf of tokens) {
    expect((await client.post('/import/resume', { csrf })).status).toBe(303)
    expect((await client.post('/import/resume', { csrf: `${csrf.slice(0, -2)}AA` })).status).toBe(403)
  }
  expect((await client.post('/import/resume', { csrf: '' })).status).toBe(403)
})

test('pages are compressed, but not for another site, nor the stream of changes', async () => {
  const { browser } = await openConsole()
  const client = browser()
  const gzip = { 'accept-encoding': 'gzip' }
  const response = await client.get('/', gzip)
  expect(response.headers.get('content-encoding')).toBe('gzip')
  expect(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()).toContain('<title>')
  for (const site of ['cross-site', 'same-site'])
    expect((await client.get('/', { ...gzip, 'sec-fetch-site': site })).headers.get('content-encoding')).toBe(null)
  const stream = await client.get('/changes', { ...gzip, accept: 'text/event-stream' })
  expect(stream.headers.get('content-encoding')).toBe(null)
  await stream.body?.cancel()
})
