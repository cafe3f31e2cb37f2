/** What pages hear of, wherever it was done. */
import { expect, test } from 'vitest'
import { bareConsole, type browser } from '../../helpers/console.ts'

const PASSWORD = 'correct horse battery staple'

/** How often a page that listens has been told to look again. */
async function listening(visitor: ReturnType<typeof browser>) {
  const path = /data-events="([^"]+)"/.exec(await visitor.text('/'))?.[1] ?? ''
  const reader = (await visitor.get(path)).body?.getReader()
  let told = 0
  void (async () => {
    for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read())
      told += new TextDecoder().decode(piece.value).match(/event: changed/g)?.length ?? 0
  })()
  return () => told
}

test('pages hear that a side does not answer, though nothing else has changed', async () => {
  const fault = { kind: 'transient', code: 'klaviyo/server', message: 'Klaviyo answered 503' } as const
  let failed: { readonly at: number; readonly fault: typeof fault } | undefined
  const traffic = () => ({ source: { limits: [] }, destination: { limits: [], ...(failed && { failed }) } })
  const { browser, clock } = await bareConsole({ connector: { connectionStats: traffic } })
  const told = await listening(browser())
  await clock.pass(2_000)
  const before = told()
  failed = { at: clock.now(), fault }
  await clock.pass(2_000)
  expect(told()).toBe(before + 1)
  failed = { at: clock.now(), fault }
  await clock.pass(2_000)
  expect(told()).toBe(before + 1)
})

test('a log-out in one tab reaches the others, which then hear no', async () => {
  const { browser, clock } = await bareConsole({ password: PASSWORD })
  const visitor = browser()
  await visitor.post('/log-in', { password: PASSWORD })
  const told = await listening(visitor)
  await clock.pass(2_000)
  const before = told()
  await visitor.post('/log-out')
  await clock.pass(2_000)
  expect(told()).toBe(before + 1)
  expect((await visitor.get('/', { 'x-live': '1' })).status).toBe(401)
})
