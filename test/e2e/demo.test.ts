/** The demo: it sets itself up by log-in at both local servers, shows its pages, brings in history, and ends. */
import { expect, test } from 'vitest'
import { app as shipped } from '../../connector/cli-app.ts'
import { loaders } from '../../runtime/cli/loaders.ts'
import { systemClock, systemFetch } from '../../runtime/system.ts'
import { run } from '../helpers/cli-fake.ts'

test('installs itself, can be looked at, and ends with its report', async () => {
  const asked: string[] = []
  let seen: Promise<string> | undefined
  const look = (text: string) => {
    const address = /connector {2}(http:\S+)/.exec(text)?.[1]
    if (address === undefined) return
    seen = fetch(new URL('set-up', address), { headers: { accept: 'text/html' } }).then((page) => page.text())
  }
  const { exit, out } = await run(['demo', '--for', '0.2'], {
    app: {
      ...shipped,
      account: async (options) => {
        asked.push(...Object.keys(options.env))
        return (shipped.account as NonNullable<typeof shipped.account>)(options)
      },
      sandbox: (options) => shipped.sandbox({ ...options, conversations: 5, tickets: 5 }),
    },
    load: { spec: loaders.spec },
    env: { INTERCOM_ACCESS_TOKEN: 'real', KLAVIYO_API_KEY: 'real' },
    clock: systemClock,
    fetch: systemFetch,
    onOut: look,
  })
  expect(exit).toBe(0)
  expect(out).toMatch(/Connected to Intercom by log-in: .+\nConnected to Klaviyo by log-in: .+\nSet up by/)
  expect(out).toContain('Backfill finished')
  expect(await seen).toContain('<title>')
  expect(asked).not.toContain('KLAVIYO_API_KEY')
  expect(asked).not.toContain('INTERCOM_ACCESS_TOKEN')
})
