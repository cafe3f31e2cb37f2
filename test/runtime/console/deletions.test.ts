/** The overview asks once whether profiles of deleted contacts are deleted. */
import { expect, test } from 'vitest'
import { openConsole, openConsoleWithConnector } from '../../helpers/console.ts'
import { specWithPeople } from '../../helpers/spec/changed-spec.ts'

test('asks while the spec deletes and no one has confirmed it, and counts what waits', async () => {
  const spec = await specWithPeople('onDelete: delete')
  const { browser, connector, notify, work } = await openConsoleWithConnector({}, { connector: { settings: { spec } } })
  await notify('contact.deleted', { type: 'contact', id: 'ann', deleted: true })
  await work()
  const { text, post } = browser()
  const page = await text('/')
  expect(page).toContain('A contact deleted in Intercom is deleted in Klaviyo, too')
  expect(page).toContain('1 deletion waits.')
  expect(page).not.toContain('waits for the e-mail address')
  expect(await text('/metric/Profile%20deletion')).toContain('Profile deletion')

  await post('/confirm-deletions', {}, { from: '/' })
  expect(await connector.deletions?.isConfirmed()).toBe(true)
  expect(await text('/')).not.toContain('Confirm deletions')
})

test('does not ask while profiles are kept', async () => {
  const { browser } = await openConsole()
  const { text, post } = browser()
  expect(await text('/')).not.toContain('Confirm deletions')
  await post('/confirm-deletions', {}, { from: '/' })
  expect(await text('/')).not.toContain('Profile deletion')
})
