/** What people type into Find, and what is searched for. */
import { describe, expect, test } from 'vitest'
import { loadPhoneMetadata } from '../../../connector/functions/phone.ts'
import { createVendorLinks } from '../../../connector/vendor-links.ts'
import { parseSearch, type SearchKind } from '../../../runtime/console/pages/find/parse-search.ts'

const APP = 'https://app.intercom.com/a'

const rows: [typed: string, kind: SearchKind, text: string | undefined][] = [
  ['jose@shop.example', 'email', 'jose@shop.example'],
  [' JOSE@Shop.Example ', 'email', 'jose@shop.example'],
  ['José <jose@shop.example>', 'email', 'jose@shop.example'],
  ['"José, Shop" <jose@shop.example>', 'email', 'jose@shop.example'],
  ['mailto:jose@shop.example?subject=x', 'email', 'jose@shop.example'],
  ['<jose@shop.example>', 'email', 'jose@shop.example'],
  ['jose@shop', 'email', 'jose@shop'],
  ['José jose@shop.example', 'email', 'jose@shop.example'],
  ['[jose@shop.example](mailto:jose@shop.example)', 'email', 'jose@shop.example'],
  ['jose%40shop.example', 'email', 'jose@shop.example'],
  ['jose@shop.example, ann@shop.example', 'emails', undefined],
  ['jose@shop.example; JOSE@shop.example', 'email', 'jose@shop.example'],
  ['0412345398', 'national-phone', '0412345398'],
  ['0412 345 398', 'national-phone', '0412 345 398'],
  ['+353 87 123 4567', 'phone', '+353871234567'],
  ['tel:+353-87-123-4567', 'phone', '+353871234567'],
  ['(+353) 87 1234567', 'phone', '+353871234567'],
  ['00353 87 123 4567', 'phone', '+353871234567'],
  ['Tel. +353 87 123 4567', 'phone', '+353871234567'],
  ['Phone: +353 87 123 4567', 'phone', '+353871234567'],
  ['353 87 123 4567', 'phone', '+353871234567'],
  ['\u202a+353 87 123 4567\u202c', 'phone', '+353871234567'],
  [`${APP}/inbox/abc123/inbox/conversation/215400000000001`, 'page', '215400000000001'],
  [`${APP}/inbox/abc123/inbox/shared/all/conversation/215400000000001?view=List`, 'page', '215400000000001'],
  [`${APP}/apps/abc123/conversations/215400000000001`, 'page', '215400000000001'],
  [`${APP}/apps/abc123/users/6960000000000000000000aa/all-conversations`, 'page', '6960000000000000000000aa'],
  ['app.eu.intercom.com/a/inbox/abc/inbox/admin/1/conversation/77#part', 'page', '77'],
  ['https://www.klaviyo.com/profile/01GDDKASAP8TKDDA2GRZDSVP4H', 'page', '01GDDKASAP8TKDDA2GRZDSVP4H'],
  ['https://www.klaviyo.com/profile/01GDDK/jo?tab=x', 'page', '01GDDK'],
  ['https://www.klaviyo.com/flow/Yx8ceL/edit', 'unknown-page', undefined],
  ['https://evil.example/profile/01GDDK', 'unknown-page', undefined],
  ['https://klaviyo.com.evil.example/profile/01GDDK', 'unknown-page', undefined],
  ['66040302', 'number', '66040302'],
  ['#66040302', 'number', '66040302'],
  ['Ticket #66040302', 'number', '66040302'],
  ['ticket id: 66040302', 'number', '66040302'],
  ['ticket 66040304?', 'number', '66040304'],
  ['conversation 215400000000001', 'id', '215400000000001'],
  ['6960000000000000000000aa', 'id', '6960000000000000000000aa'],
  ['abc:rated-conversation:77:2026-01-01T00:00:00', 'id', 'abc:rated-conversation:77:2026-01-01T00:00:00'],
  ['“notif_784c7238”', 'id', 'notif_784c7238'],
  ['number', 'id', 'number'],
]

describe('parseSearch', () => {
  test.each(rows)('%s', async (typed, kind, text) => {
    await loadPhoneMetadata()
    expect(await parseSearch(typed, createVendorLinks())).toEqual({ kind, text })
  })

  test.each([
    ['61412345398', { kind: 'number', text: '61412345398', phone: '+61412345398' }],
    ['#61412345398', { kind: 'number', text: '61412345398' }],
    ['215400000000001', { kind: 'id', text: '215400000000001' }],
  ])('%s, which may be a phone number without its +', async (typed, search) => {
    expect(await parseSearch(typed, createVendorLinks())).toEqual(search)
  })

  test('without a connector that knows its vendors', async () => {
    expect(await parseSearch('https://app.intercom.com/a/apps/x/users/1')).toEqual({
      kind: 'unknown-page',
      text: undefined,
    })
    expect(await parseSearch('+353 87 123 4567')).toEqual({ kind: 'id', text: '+353 87 123 4567' })
  })

  test('takes a long text at once', async () => {
    const started = performance.now()
    for (const text of ['('.repeat(5_000), ' '.repeat(5_000), '#'.repeat(5_000), 'ticket '.repeat(1_000)])
      await parseSearch(text, createVendorLinks())
    expect(performance.now() - started).toBeLessThan(500)
  })
})
