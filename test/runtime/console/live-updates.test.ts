/** Notifications of pages about changes, whichever part causes them. */
import { expect, test } from 'vitest'
import { type browser, openConsole } from '../../helpers/console.ts'

const PASSWORD = 'correct horse battery staple'

/** Counts the `changed` events that a page receives. */
async function listening(client: ReturnType<typeof browser>) {
  const path = /data-events="([^"]+)"/.exec(await client.text('/'))?.[1] ?? ''
  const reader = (await client.get(path)).body?.getReader()
  let changes = 0
  void (async () => {
    for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read())
      changes += new TextDecoder().decode(piece.value).match(/event: changed/g)?.length ?? 0
  })()
  return () => changes
}

test('pages are notified when a vendor stops responding, though nothing else has changed', async () => {
  const fault = { kind: 'transient', code: 'klaviyo/server', message: 'Klaviyo answered 503' } as const
  let failed: { readonly at: number; readonly fault: typeof fault } | undefined
  const traffic = () => ({
    source: { limits: [] },
    destination: { limits: [], ...(failed && { lastFailure: failed }) },
  })
  const { browser, clock } = await openConsole({ connector: { connectionStats: traffic } })
  const changes = await listening(browser())
  await clock.advance(2_000)
  const before = changes()
  failed = { at: clock.now(), fault }
  await clock.advance(2_000)
  expect(changes()).toBe(before + 1)
  failed = { at: clock.now(), fault }
  await clock.advance(2_000)
  expect(changes()).toBe(before + 1)
})

test('signing out in one tab reaches the others, which then get 401', async () => {
  const { browser, clock } = await openConsole({ password: PASSWORD })
  const client = browser()
  await client.post('/log-in', { password: PASSWORD })
  const changes = await listening(client)
  await clock.advance(2_000)
  const before = changes()
  await client.post('/log-out')
  await clock.advance(2_000)
  expect(changes()).toBe(before + 1)
  expect((await client.get('/', { 'x-live': '1' })).status).toBe(401)
})
