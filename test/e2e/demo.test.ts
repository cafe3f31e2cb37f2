/** The demo sets itself up by OAuth at both mock servers, serves the console, imports history, finds a lost webhook and ends. */
import { expect, test } from 'vitest'
import { cliApp } from '../../connector/cli-app.ts'
import { loaders } from '../../runtime/cli/loaders.ts'
import { systemClock, systemFetch } from '../../runtime/system.ts'
import { startSandbox } from '../../sandbox/index.ts'
import { runCommand } from '../helpers/cli-fake.ts'

test('sets itself up, serves the console and prints the import report, and finds a webhook that was lost', async () => {
  const settings: string[] = []
  let page: Promise<string> | undefined
  const openConsole = (text: string) => {
    const address = /connector {2}(http:\S+)/.exec(text)?.[1]
    if (address === undefined) return
    page = fetch(new URL('set-up', address), { headers: { accept: 'text/html' } }).then((response) => response.text())
  }
  const { exit, out } = await runCommand(['demo', '--for', '8'], {
    app: {
      ...cliApp,
      openConnections: async (options) => {
        settings.push(...Object.keys(options.env))
        return (cliApp.openConnections as NonNullable<typeof cliApp.openConnections>)(options)
      },
      startSandbox: (options) => startSandbox({ ...options, conversations: 5, tickets: 5 }),
    },
    load: { spec: loaders.spec },
    env: { INTERCOM_ACCESS_TOKEN: 'real', KLAVIYO_API_KEY: 'real' },
    clock: systemClock,
    fetch: systemFetch,
    onOut: openConsole,
  })
  expect(exit).toBe(0)
  expect(out).toMatch(/Connected Intercom by OAuth: .+\nConnected Klaviyo by OAuth: .+\nSet up as/)
  expect(out).toContain('Import finished')
  const [, afterLoss] = out.split('writes, and the webhook is lost')
  expect(afterLoss).toMatch(/Read what has changed in Intercom: \d+ record/)
  expect(afterLoss).toMatch(/Created Conversation +delivered: no webhook reported it +1 so far/)
  expect(await page).toContain('<title>')
  expect(settings).not.toContain('KLAVIYO_API_KEY')
  expect(settings).not.toContain('INTERCOM_ACCESS_TOKEN')
})

test('plays a course in an empty workspace and says what it must bring', async () => {
  const { exit, out } = await runCommand(['demo', '--for', '8', '--course', 'submitted-and-resolved-at-once'], {
    app: cliApp,
    load: { spec: loaders.spec },
    env: {},
    clock: systemClock,
    fetch: systemFetch,
  })
  expect(exit).toBe(0)
  expect(out).toMatch(/ann is a customer with email\n.+at once: ann submits a ticket; the ticket moves to/)
  expect(out).toContain('Klaviyo must hold: Created Ticket of ann, Submitted Ticket of ann')
  expect(out).toMatch(/Created Ticket +delivered +1 so far/)
})
