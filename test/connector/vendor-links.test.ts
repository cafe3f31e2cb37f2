/** Links to Intercom lead to the application of the workspace's region. */
import { expect, test } from 'vitest'
import { createVendorLinks } from '../../connector/vendor-links.ts'

const object = { account: 'abc', resource: 'conversation', id: '200' }

test.each([
  ['neither', undefined, undefined, 'https://app.intercom.com'],
  ['the connected account', undefined, 'EU', 'https://app.eu.intercom.com'],
  ['the settings, which win', 'au', 'EU', 'https://app.au.intercom.com'],
])('region of %s', (_, setting, region, app) => {
  const link = createVendorLinks(setting).resource?.({ ...object, region })
  expect(link?.href).toBe(`${app}/a/inbox/abc/inbox/conversation/200`)
})

test('a region without a known application has no link', () => {
  expect(createVendorLinks().resource?.({ ...object, region: 'moon' })).toBeUndefined()
})

test.each([
  ['Rated Conversation', 'rated-conversation'],
  ['Intercom: Rated (1–5)', 'intercom-rated-1-5'],
  ['Über', '%C3%BCber'],
])('the metric %s has a page of its own', (name, slug) => {
  const link = createVendorLinks().metric?.('Xy12Ab', name)
  expect(link?.href).toBe(`https://www.klaviyo.com/metric/Xy12Ab/${slug}`)
})
