/** The pages of mappings: reading, problems, completion, preview, plan, saving, the switch, and earlier versions. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { addToSpecHistory, readSpecHistory } from '../../../runtime/running-spec/spec-history.ts'
import type { CaseResults } from '../../../runtime/spec-editing/types.ts'
import { readTimeline } from '../../../runtime/timeline.ts'
import { findContactWithEmail } from '../../helpers/connector-harness.ts'
import { type EditingOptions, openEditingConsole } from '../../helpers/editing-console.ts'
import { createCleanup } from '../../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const TICKET = 'mappings/created-ticket.yaml'
const FILE = `/mappings/file?name=${encodeURIComponent(TICKET)}`

const open = (options?: EditingOptions) => openEditingConsole(closing, options)
type Editing = Awaited<ReturnType<typeof open>>

/** One ticket of a person, delivered. */
async function deliverTicket(it: Editing, id = '901') {
  const contact = await findContactWithEmail(it.intercom)
  const at = Math.floor(it.clock.now() / 1000) - 5
  const contacts = { contacts: [{ id: contact.id }] }
  const item = {
    type: 'ticket',
    id,
    ticket_id: '17',
    created_at: at,
    contacts,
    ticket_attributes: {},
    title: 'Secret title',
  }
  await it.notify('ticket.created', item, { id: `n-${id}` })
  await it.work(3_000)
  return contact
}

const hashOf = async (it: Editing) => (await readSpecHistory(it.store))[0]?.hash

describe('reading', () => {
  test('lists metrics with their files, and other files', async () => {
    const it = await open()
    const page = await it.client.text('/mappings')
    expect(page).toContain('Created Ticket')
    expect(page).toContain('href="/mappings/file?name=mappings%2Fcreated-ticket.yaml"')
    expect(page).toContain('mappings/_ticket.yaml')
    expect(page).toContain('href="/mappings/switch?metric=Created%20Ticket"')
  })

  test('a visitor without the right to set up reads, and has no form', async () => {
    const it = await open({ may: 'operate' })
    await addToSpecHistory(it.store, { sourceFiles: [{ path: 'x.yaml', text: '' }] } as never, 1)
    expect(await it.client.text('/mappings/versions')).not.toMatch(/restore/i)
    expect(await it.client.text('/mappings')).not.toContain('/mappings/switch')
    const page = await it.client.text(FILE)
    expect(page).toContain('created-ticket, id')
    expect(page).not.toContain('<textarea')
    expect((await it.client.get('/mappings/switch?metric=Created%20Ticket')).status).toBe(403)
    expect((await it.client.text('/mappings/versions')).includes('<form method="post" action="/mappings')).toBe(false)
  })

  test('a host that passes no files shows the running ones', async () => {
    const it = await open({ console: { specFiles: undefined } })
    expect(await it.client.text('/mappings')).toContain('passes the console no files')
    expect(await it.client.text(FILE)).toContain('created-ticket, id')
  })

  test('an unknown file is no page', async () => {
    const it = await open()
    for (const name of ['mappings/none.yaml', '../secret.yaml', ''])
      expect((await it.client.get(`/mappings/file?name=${encodeURIComponent(name)}`)).status).toBe(404)
  })

  test('works without a script: a field with the text, and buttons', async () => {
    const it = await open()
    const page = await it.client.text(FILE)
    expect(page).toMatch(/<textarea[^>]*>\n# yaml-language-server/)
    for (const label of ['Save and run', 'Preview', 'What changes', 'Problems', 'Patch']) expect(page).toContain(label)
    expect(page).toContain('/assets/editor.js?v=')
  })
})

describe('a text that is not saved', () => {
  interface Answer {
    readonly problems: readonly [{ readonly from: number; readonly to: number; readonly message: string }]
    readonly errors: number
    readonly warnings: number
    readonly completions: readonly { readonly label: string }[]
    readonly description: { readonly title: string }
  }
  const json = async (it: Editing, text: string, fields: Readonly<Record<string, string>>) =>
    (await (await it.send('/mappings/draft', TICKET, text, fields, 'application/json')).json()) as Answer

  test('is checked, with places in the text', async () => {
    const it = await open()
    const text = it.read(TICKET).replace('contacts.contacts[0].id', 'contacts.contcts[0].id')
    const { problems, errors, warnings } = await json(it, text, { do: 'check' })
    expect(errors + warnings).toBe(1)
    expect(text.slice(problems[0].from, problems[0].to)).toContain('contcts')
    expect(problems[0].message).toContain('contacts')
    expect(it.read(TICKET)).not.toContain('contcts')
  })

  test('is checked as the server reads it, whatever ends its lines', async () => {
    const it = await open()
    const text = `${it.read(TICKET)}nothing: 1\n`
    const { problems } = await json(it, text.replaceAll('\n', '\r\n'), { do: 'check' })
    expect(text.slice(problems[0].from, problems[0].to)).toContain('nothing')
  })

  test('is completed from the schema, and from what the source sends', async () => {
    const it = await open()
    const field = `${it.read(TICKET)}properties:\n  Stage: ticket_st`
    const ofField = await json(it, field, { do: 'complete', offset: `${field.length}` })
    expect(ofField.completions).toContainEqual(expect.objectContaining({ label: 'ticket_state', replaces: 9 }))
    const key = `${it.read(TICKET)}prof`
    const ofKey = await json(it, key, { do: 'complete', offset: `${key.length}` })
    expect(ofKey.completions.map(({ label }) => label)).toContain('profile')
  })

  test('explains what stands at a place', async () => {
    const it = await open()
    const text = it.read(TICKET)
    const { description } = await json(it, text, { do: 'hover', offset: `${text.indexOf('contacts.contacts') + 2}` })
    expect(description.title).toContain('contacts')
  })

  test('is shown with its problems by the same form without a script', async () => {
    const it = await open()
    const answer = await it.send('/mappings/draft', TICKET, 'metric: [', { do: 'check' })
    const page = await answer.text()
    expect(answer.status).toBe(200)
    expect(page).toContain('1 error')
    expect(page).toMatch(/<textarea[^>]*>\nmetric: \[<\/textarea>/)
  })

  test('maps the newest records, masked, with the property of the cursor first', async () => {
    const it = await open()
    const { email } = await deliverTicket(it)
    const text = `${it.read(TICKET)}properties:\n  Stage: type\n  Name: title\n`
    const line = `${text.split('\n').findIndex((one) => one.includes('Stage')) + 1}`
    const page = await (await it.send('/mappings/draft', TICKET, text, { do: 'preview', line })).text()
    expect(page).toContain('1 event')
    expect(page).toMatch(/<strong dir="auto">Stage<\/strong>/)
    expect(page).toMatch(/<dt>record 1<\/dt><dd><span class="value" dir="auto">ticket</)
    expect(page).not.toContain('Secret title')
    expect(page).not.toContain(email)
  })

  test('maps records that still wait, too, and says so', async () => {
    const it = await open()
    await deliverTicket(it)
    const topic = 'ticket.created'
    await it.notify(topic, { type: 'ticket', id: '902', ticket_id: '18', created_at: 1, contacts: {} }, { id: 'n-902' })
    const page = await (await it.send('/mappings/draft', TICKET, it.read(TICKET), { do: 'preview' })).text()
    const text = page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
    expect(text).toContain('The newest 2 stored records, waiting ones included,')
    expect(text).toMatch(/ticket\.created record 2, .{0,40}Still waits .*ticket\.created record 1, /)
  })

  test('is compared with the running spec: keys that count again, values before and after', async () => {
    const it = await open()
    await deliverTicket(it)
    const text = it.read(TICKET).replace('[created-ticket, id]', '[created-ticket, ticket_id]')
    const page = await (
      await it.send('/mappings/draft', TICKET, `${text}properties:\n  Kind: type\n`, { do: 'plan' })
    ).text()
    expect(page).toContain('1 event delivered')
    expect(page).toContain('would count again')
    expect(page).toMatch(/Kind.{0,40}now present in 1 of 1 \(coverage 0% → 100%\)/s)
  })

  test('is a patch to copy or download', async () => {
    const it = await open()
    const text = it.read(TICKET).replace('A ticket was created.', 'A ticket.')
    const page = await (await it.send('/mappings/draft', TICKET, text, { do: 'patch' })).text()
    expect(page).toContain('+summary: A ticket.')
    expect(page).toMatch(/data-copy="[^"]*\+summary: A ticket\.[^"]*" aria-label="Copy the patch"/)
    const download = await it.send('/mappings/draft', TICKET, text, { do: 'download' })
    expect(download.headers.get('content-disposition')).toContain('mappings.patch')
    expect(await download.text()).toContain(`--- a/${TICKET}\n+++ b/${TICKET}\n@@`)
  })

  test('runs the cases of the host', async () => {
    const failed = [{ name: 'a case', place: 'tests/x.yaml:1:1', text: '- 1\n+ 2' }]
    const it = await open({ editable: { runCases: async () => ({ passed: 3, failed, problems: [] }) } })
    const page = await (await it.send('/mappings/draft', TICKET, it.read(TICKET), { do: 'tests' })).text()
    expect(page).toContain('1 case failed, 3 passed')
    expect(page).toContain('a case')
  })

  test('says which property has another name now', async () => {
    const it = await open()
    const set = 'mappings/_ticket.yaml'
    const text = it.read(set).replace('Ticket Type:', 'Kind of Ticket:')
    const page = await (await it.send('/mappings/draft', set, text, { do: 'plan' })).text()
    expect(page.replace(/<[^>]*>/g, '')).toContain('Renamed properties.Ticket Type → properties.Kind of Ticket')
    expect(page).toContain('find no value in new ones')
  })
})

describe('saving', () => {
  test('writes the file, and the process maps by it at once', async () => {
    const it = await open()
    const text = `${it.read(TICKET)}properties:\n  Kind: type`
    const answer = await it.send('/mappings/save', TICKET, text.replaceAll('\n', '\r\n'))
    expect(answer.status).toBe(303)
    expect(it.read(TICKET)).toBe(`${text}\n`)
    const mapping = it.running.connector.spec.mappings.find(({ metric }) => metric === 'Created Ticket')
    expect(mapping?.properties.map(({ name }) => name)).toContain('Kind')
    expect(await it.client.text(FILE)).toContain('This process maps by it from now on.')
    const [newest] = await readSpecHistory(it.store)
    expect(newest).toMatchObject({ by: 'Vera' })
    const { entries } = await readTimeline(it.store)
    expect(entries).toContainEqual({
      at: expect.any(Number),
      kind: 'spec',
      by: 'Vera',
      text: `Saved ${TICKET} as ${newest?.hash}`,
    })
  })

  test('keeps the ends of lines of the file', async () => {
    const it = await open()
    it.write(TICKET, it.read(TICKET).replaceAll('\n', '\r\n'))
    await it.send('/mappings/save', TICKET, it.read(TICKET).replaceAll('\r\n', '\n').replace('was created', 'came'))
    expect(it.read(TICKET)).toMatch(/A ticket came\.\r\n/)
    expect(it.read(TICKET)).not.toMatch(/[^\r]\n/)
  })

  test('refuses errors, and shows them beside the text', async () => {
    const it = await open()
    const before = it.read(TICKET)
    const answer = await it.send('/mappings/save', TICKET, before.replace('resource: ticket', 'resource: tickt'))
    expect(answer.status).toBe(422)
    const page = await answer.text()
    expect(page).toContain('Nothing was saved')
    expect(page).toContain('resource: tickt')
    expect(it.read(TICKET)).toBe(before)
  })

  test('refuses warnings where the process does', async () => {
    const it = await open({ editable: { strict: true } })
    const answer = await it.send('/mappings/save', TICKET, `${it.read(TICKET)}properties:\n  Kind: tpe\n`)
    expect(answer.status).toBe(422)
  })

  test('a file that was changed elsewhere is a conflict; sent again, it is replaced', async () => {
    const it = await open()
    const opened = it.fieldsOf(await it.client.text(FILE), ['name', 'opened'])
    const [mine, theirs] = ['Mine.', 'Theirs.'].map((words) => it.read(TICKET).replace('A ticket was created.', words))
    it.write(TICKET, theirs ?? '')
    const fields = { ...opened, text: mine ?? '' }
    const answer = await it.client.post('/mappings/save', fields, { from: FILE })
    const page = await answer.text()
    expect(answer.status).toBe(409)
    expect(page).toContain('-summary: Theirs.')
    expect(page).toContain('+summary: Mine.')
    expect(it.read(TICKET)).toContain('Theirs.')
    const again = await it.client.post(
      '/mappings/save',
      { ...fields, ...it.fieldsOf(page, ['opened']) },
      { from: FILE },
    )
    expect(again.status).toBe(303)
    expect(it.read(TICKET)).toContain('Mine.')
  })

  test('a key that counts again needs consent', async () => {
    const it = await open()
    await deliverTicket(it)
    const before = it.read(TICKET)
    const text = before.replace('[created-ticket, id]', '[created-ticket, ticket_id]')
    const answer = await it.send('/mappings/save', TICKET, text)
    const page = await answer.text()
    expect(answer.status).toBe(422)
    expect(page).toContain('1 event delivered since')
    expect(page).toContain('name="accept" value="Created Ticket"')
    expect(it.read(TICKET)).toBe(before)
    const again = await it.send('/mappings/save', TICKET, text, { accept: 'Created Ticket' })
    expect(again.status).toBe(303)
    expect(it.read(TICKET)).toBe(text)
  })

  describe('what breaks', () => {
    const failing = (it: Editing) => `${it.read(TICKET)}properties:\n  Size: $number(type)\n`
    const textOf = async (answer: Response) => (await answer.text()).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

    test('is named before, and needs consent', async () => {
      const it = await open()
      await deliverTicket(it)
      await deliverTicket(it, '902')
      const [before, text] = [it.read(TICKET), failing(it)]
      const line = text.split('\n').findIndex((one) => one.includes('Size')) + 1
      const says = `This mapping fails for 2 of 2 recent records: the expression failed: a value cannot be read as a number, line ${line} of ${TICKET}`
      expect(await textOf(await it.send('/mappings/draft', TICKET, text, { do: 'plan' }))).toContain(says)
      const answer = await it.send('/mappings/save', TICKET, text)
      expect(answer.status).toBe(422)
      expect(await answer.clone().text()).toContain('name="accept-broken" value="Created Ticket"')
      expect(await textOf(answer)).toContain(says)
      expect(it.read(TICKET)).toBe(before)
      expect((await it.send('/mappings/save', TICKET, text, { 'accept-broken': 'Rated Ticket' })).status).toBe(422)
      expect((await it.send('/mappings/save', TICKET, text, { 'accept-broken': 'Created Ticket' })).status).toBe(303)
      expect(it.read(TICKET)).toBe(text)
    })

    test('also as records left out, and as a property without a value anywhere', async () => {
      const it = await open()
      await deliverTicket(it)
      const skipping = await it.send('/mappings/save', TICKET, `${it.read(TICKET)}skip: { all: "true" }\n`)
      expect(await textOf(skipping)).toContain('It leaves out 1 of 1 recent record that it sends now: skipped: all')
      const set = 'mappings/_ticket.yaml'
      const text = it.read(set).replace('expr: ticket_id', 'expr: open')
      const emptying = await it.send('/mappings/save', set, text)
      expect(await textOf(emptying)).toContain('Ticket ID has no value any more: now it has one in 1 recent record')
      const removing = it.read(set).replace(/^ {2}Ticket ID: .*\n/m, '')
      expect((await it.send('/mappings/save', set, removing)).status).toBe(303)
    })

    test('needs consent when a version is restored, or a metric turned on, as well', async () => {
      const it = await open()
      await deliverTicket(it)
      const [good, bad] = [it.read(TICKET), failing(it)]
      await it.send('/mappings/save', TICKET, bad, { 'accept-broken': 'Created Ticket' })
      await it.send('/mappings/save', TICKET, good)
      const hash = (await readSpecHistory(it.store))[1]?.hash ?? ''
      const from = `/mappings/versions?spec=${hash}`
      const answer = await it.client.post('/mappings/restore', { spec: hash }, { from })
      expect(answer.status).toBe(422)
      expect(await answer.clone().text()).toContain('name="accept-broken" value="Created Ticket"')
      expect(await textOf(answer)).toContain('fails for 1 of 1 recent record')
      expect(it.read(TICKET)).toBe(good)
      const accepted = { spec: hash, 'accept-broken': 'Created Ticket' }
      expect((await it.client.post('/mappings/restore', accepted, { from })).status).toBe(303)
      expect(it.read(TICKET)).toBe(bad)

      const page = '/mappings/switch?metric=Created%20Ticket'
      const turn = (to: string, fields = {}) =>
        it.client.post('/mappings/switch', { metric: 'Created Ticket', to, ...fields }, { from: page })
      expect((await turn('off')).status).toBe(303)
      expect(await textOf(await turn('on'))).toContain('fails for 1 of 1 recent record')
      expect((await turn('on', { 'accept-broken': 'Created Ticket' })).status).toBe(303)
    })
  })

  test('says how many cases passed, and what did not run', async () => {
    const runCases = async () => ({ passed: 3, failed: [], problems: [], leftOut: 2 })
    const it = await open({ editable: { runCases } })
    await it.send('/mappings/save', TICKET, it.read(TICKET).replace('A ticket was', 'One was'))
    expect((await it.client.text(FILE)).replaceAll('&quot;', '"')).toContain(
      'from now on. 3 cases passed. 2 courses and recordings did not run here: run "connector test" in a terminal.',
    )
  })

  test('what changes nothing is not noted in the timeline', async () => {
    const it = await open()
    const timeline = async () => (await readTimeline(it.store)).entries.filter(({ by }) => by === 'Vera')
    await it.send('/mappings/save', TICKET, it.read(TICKET))
    expect(await it.client.text(FILE)).toContain('The text is that of the file.')
    const page = '/mappings/switch?metric=Created%20Ticket'
    await it.client.post('/mappings/switch', { metric: 'Created Ticket', to: 'on' }, { from: page })
    expect(await it.client.text('/mappings')).toContain('Created Ticket is on already.')
    expect(await timeline()).toEqual([])
    const text = it.read(TICKET)
    await it.send('/mappings/save', TICKET, text.replace('A ticket was', 'One was'))
    const [newest, first] = await readSpecHistory(it.store)
    const from = `/mappings/versions?spec=${first?.hash}`
    await it.client.post('/mappings/restore', { spec: newest?.hash ?? '' }, { from })
    expect(await it.client.text('/mappings/versions')).toContain('The files are those of this version already.')
    expect(await timeline()).toHaveLength(1)
  })

  describe('with cases', () => {
    const FAILED = { name: 'a ticket', place: 'tests/ticket.yaml:3:5', text: '- 1\n+ 2' }
    const KNOWN = { name: 'fails anyway', place: 'tests/ticket.yaml:9:5', text: '- 3\n+ 4' }
    const NO_PROPERTY = 'tests/ticket.yaml:7:7: error: no property "Kind"'
    const CASES: readonly (readonly [
      what: string,
      now: Partial<CaseResults>,
      before: Partial<CaseResults>,
      status: number,
    ])[] = [
      ['pass', {}, {}, 303],
      ['fail now', { failed: [FAILED, KNOWN] }, { failed: [KNOWN] }, 422],
      ['cannot run now', { problems: [NO_PROPERTY] }, {}, 422],
      [
        'failed before',
        { failed: [KNOWN], problems: [NO_PROPERTY] },
        { failed: [KNOWN], problems: [NO_PROPERTY] },
        303,
      ],
    ]
    test.each(CASES)('that %s', async (_, now, before, status) => {
      const results = { passed: 2, failed: [], problems: [] }
      const it = await open({
        editable: {
          runCases: async (spec) => ({ ...results, ...(spec === it.running.connector.spec ? before : now) }),
        },
      })
      const text = it.read(TICKET).replace('A ticket was', 'One was')
      const answer = await it.send('/mappings/save', TICKET, text)
      expect(answer.status).toBe(status)
      if (status === 303) return
      const page = await answer.text()
      expect(page).toMatch(/a ticket<\/summary>|no property &quot;Kind&quot;/)
      expect(page).not.toContain('fails anyway')
      expect(page).toContain('name="accept-cases"')
      expect(it.read(TICKET)).toContain('A ticket was')
      expect((await it.send('/mappings/save', TICKET, text, { 'accept-cases': 'on' })).status).toBe(303)
      expect(it.read(TICKET)).toBe(text)
    })

    test('the switch and earlier versions are not held up', async () => {
      const runCases = async () => ({ passed: 0, failed: [FAILED], problems: [] })
      const it = await open({ editable: { runCases } })
      const from = '/mappings/switch?metric=Created%20Ticket'
      expect((await it.client.post('/mappings/switch', { metric: 'Created Ticket', to: 'off' }, { from })).status).toBe(
        303,
      )
    })
  })

  test('says that another process delivers, by its own files', async () => {
    const processes = async () => [
      { name: '7 on web-1', hash: 'aaaaaaaaaaaa', since: 1, isThis: false },
      { name: '8 on web-2', hash: 'bbbbbbbbbbbb', since: 2, isThis: true },
    ]
    const it = await open({ editable: { processes }, console: { otherOwner: () => '7 on web-1' } })
    const note = 'Process 7 on web-1 delivers now, and maps by the files of its own machine.'
    const list = await it.client.text('/mappings')
    expect(list).toContain(note)
    expect(list).toContain('2 processes on this store in the last day')
    expect(list).toMatch(/aaaaaaaaaaaa<\/code> <span class="badge warn">Other mappings/)
    expect(await it.client.text(FILE)).toContain(note)
    await it.send('/mappings/save', TICKET, it.read(TICKET).replace('A ticket was', 'One was'))
    expect(await it.client.text(FILE)).toContain('on this machine only. Process 7 on web-1 delivers')
  })

  test('a change that does not run is not left behind', async () => {
    const problems = ['the disk is full', undefined]
    const it = await open({ editable: { reload: async () => problems.shift() } })
    const before = it.read(TICKET)
    const answer = await it.send('/mappings/save', TICKET, before.replace('A ticket was', 'One was'))
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('the disk is full')
    expect(it.read(TICKET)).toBe(before)
  })

  test('where the folder takes no files, the page offers a patch', async () => {
    const it = await open({ editable: { readOnlyReason: async () => 'The disk is read-only.' } })
    const page = await it.client.text(FILE)
    expect(page).toContain('The disk is read-only.')
    expect(page).toContain('Download the patch')
    expect(page).not.toContain('Save and run')
    const answer = await it.send('/mappings/save', TICKET, it.read(TICKET).replace('was', 'is'))
    expect(answer.status).toBe(422)
    expect(it.read(TICKET)).toContain('A ticket was created.')
  })
})

describe('a new metric', () => {
  const START = '/mappings/new'
  const newPage = (it: Editing, metric: string, from = 'Created Ticket') =>
    it.client.text(`${START}?${new URLSearchParams({ metric, from })}`)

  test('begins as a copy, and is a file once it is saved', async () => {
    const it = await open()
    await deliverTicket(it)
    expect(await it.client.text('/mappings')).toContain(`href="${START}"`)
    expect(await it.client.text(START)).toContain('<option value="Created Ticket">')
    const page = await newPage(it, 'Opened: VIP Ticket')
    expect(page).toContain('for the new file <code>mappings/opened-vip-ticket.yaml</code>')
    expect(page).toContain('metric: &quot;Opened: VIP Ticket&quot;')
    expect(page).toContain('key: [opened-vip-ticket, id]')
    expect(page).toContain('1 event')
    expect(() => it.read('mappings/opened-vip-ticket.yaml')).toThrow('ENOENT')
    const text = it
      .read(TICKET)
      .replace('Created Ticket', 'Opened Ticket')
      .replace('[created-ticket,', '[opened-ticket,')
    const fields = { ...it.fieldsOf(page, ['name', 'opened']), text }
    expect(
      (
        await it.client.post('/mappings/save', fields, {
          from: `${START}?metric=Opened%20Ticket&from=Created%20Ticket`,
        })
      ).status,
    ).toBe(303)
    expect(it.running.connector.spec.mappings.map(({ metric }) => metric)).toContain('Opened Ticket')
    expect(await newPage(it, 'Opened VIP Ticket')).toContain('mappings/opened-vip-ticket-2.yaml')
  })

  test('needs a name of its own', async () => {
    const it = await open()
    expect(await newPage(it, 'created ticket')).toContain('Created Ticket is a metric already.')
    expect(await newPage(it, ' ')).toContain('Enter a name.')
    expect(await newPage(it, 'New', 'None')).toContain('Choose a metric to start from.')
  })

  test('of a spec that extends another is a whole file of its own', async () => {
    const it = await open({ from: ['examples/own-spec'] })
    const page = await newPage(it, 'Opened Ticket')
    expect(page).toContain('for the new file <code>mappings/opened-ticket.yaml</code>')
    expect(page).toContain('resource: ticket')
    expect(page).not.toContain('does not list this file')
  })

  test('is not sent where the spec lists its files one by one', async () => {
    const it = await open()
    const files = it.running.connector.spec.mappings.map(({ file }) => file)
    it.write(
      'connector.yaml',
      it.read('connector.yaml').replace('[mappings/*.yaml]', `[${[...files, 'mappings/_*.yaml'].join(', ')}]`),
    )
    expect(await newPage(it, 'Opened Ticket')).toContain('does not list this file')
  })
})

describe('the switch of a metric', () => {
  const turn = (it: Editing, to: 'on' | 'off', metric = 'Created Ticket') =>
    it.client.post(
      '/mappings/switch',
      { metric, to },
      { from: `/mappings/switch?metric=${encodeURIComponent(metric)}` },
    )
  const isOn = ({ running }: Editing, name = 'Created Ticket') =>
    running.connector.spec.mappings.some(({ metric }) => metric === name)

  test('says what stops, writes one line, and the process stops sending', async () => {
    const it = await open()
    await deliverTicket(it)
    const before = it.read(TICKET)
    const page = await it.client.text('/mappings/switch?metric=Created%20Ticket')
    expect(page).toMatch(/less than one event a day: <a [^>]+>1<\/a> in the last 30 days/)
    expect(page).toContain('can be imported once it is on again')
    expect((await turn(it, 'off')).status).toBe(303)
    expect(it.read(TICKET)).toBe(before.replace('metric: Created Ticket\n', 'metric: Created Ticket\nenabled: false\n'))
    expect(isOn(it)).toBe(false)
    expect(await it.client.text('/mappings')).toContain('Turned off Created Ticket')
    expect((await turn(it, 'on')).status).toBe(303)
    expect(isOn(it)).toBe(true)
    expect(it.read(TICKET)).toContain('enabled: true')
  })

  test('names the flows and segments that get no new events, or those of the recipes', async () => {
    const it = await open()
    const page = () => it.client.text('/mappings/switch?metric=Rated%20Conversation')
    const book = it.running.connector.recipes
    const resource = (name: string) => ({ id: name, link: 'https://www.klaviyo.com/x', name, kind: 'flow' as const })
    const found = {
      flows: ['Rated Conversation', 'Created Ticket'].map((metric) => ({ ...resource(`Flow of ${metric}`), metric })),
      segments: [{ ...resource('Unhappy'), metrics: ['Rated Conversation'], flows: [] }],
      unreadable: [],
    }
    const answers = vi.spyOn(book as NonNullable<typeof book>, 'findDependents')
    answers.mockResolvedValueOnce(found)
    const whole = await page()
    expect(whole).toContain('Flow of Rated Conversation</a>')
    expect(whole).toContain('Unhappy</a>')
    expect(whole).not.toContain('Flow of Created Ticket')
    expect(whole).not.toContain('if you created them')
    answers.mockResolvedValueOnce({ flows: [], segments: [], unreadable: [] })
    expect(await page()).toContain('No flow and no segment in Klaviyo uses it.')
    answers.mockRejectedValueOnce(new Error('down'))
    const unknown = await page()
    expect(unknown).toContain('did not tell all flows and segments')
    expect(unknown).toContain('These get no new events, if you created them: ')
  })

  test('of a metric of a base writes a file of its own', async () => {
    const it = await open({ from: ['examples/own-spec'] })
    expect((await turn(it, 'off')).status).toBe(303)
    expect(it.read(TICKET)).toBe('enabled: false\n')
    expect(isOn(it)).toBe(false)
    const page = await it.client.text('/mappings/file?name=intercom-to-klaviyo%2Fmappings%2Fcreated-ticket.yaml')
    expect(page).toContain('belongs to the base that your files extend')
    expect(await it.client.text(FILE)).toContain('write only what differs')
  })
})

describe('earlier versions', () => {
  test('are listed with what changed, and restored', async () => {
    const it = await open()
    const before = it.read(TICKET)
    await it.send('/mappings/save', TICKET, before.replace('A ticket was created.', 'One.'))
    const list = await it.client.text('/mappings/versions')
    expect(list).toContain(TICKET)
    expect(list).toContain('Vera')
    expect(list.match(/>Restore<span class="hidden"> \w+<\/span><\/a>/g)).toHaveLength(1)
    const first = (await readSpecHistory(it.store)).at(-1)?.hash ?? ''
    const address = `/mappings/versions?spec=${first}`
    expect(await it.client.text(address)).toContain('+summary: A ticket was created.')
    const answer = await it.client.post('/mappings/restore', { spec: first }, { from: address })
    expect(answer.status).toBe(303)
    expect(it.read(TICKET)).toBe(before)
    expect(await hashOf(it)).toBe(first)
    const { entries } = await readTimeline(it.store)
    expect(entries.map(({ text }) => text)).toContainEqual(expect.stringContaining(`Restored ${first}`))
  })

  test('stay in their order when one is restored, each with what it changed', async () => {
    const it = await open()
    const before = it.read(TICKET)
    const save = (summary: string) =>
      it.send('/mappings/save', TICKET, before.replace('A ticket was created.', summary))
    await save('One.')
    await it.clock.advance(1_000)
    await save('Two.')
    const first = (await readSpecHistory(it.store)).at(-1)
    const address = `/mappings/versions?spec=${first?.hash}`
    await it.clock.advance(1_000)
    await it.client.post('/mappings/restore', { spec: first?.hash ?? '' }, { from: address })
    await it.clock.advance(1_000)
    await save('Three.')
    const specs = await readSpecHistory(it.store)
    const hashes = specs.map(({ hash }) => hash)
    expect(hashes).toEqual([hashes[0], first?.hash, hashes[2], hashes[3], first?.hash])
    const list = await it.client.text('/mappings/versions')
    expect(list.match(/the first that is kept/g)).toHaveLength(1)
    expect(list.match(/>Running</g)).toHaveLength(1)
    const page = (index: number) => it.client.text(`/mappings/versions?spec=${hashes[index]}&at=${specs[index]?.at}`)
    expect(await page(3)).toContain('+summary: One.')
    expect(await page(1)).toContain('-summary: Two.')
    expect(await page(4)).not.toContain('What it changed')
    expect(await it.client.text(address)).toContain('-summary: Two.')
  })

  test('are all listed, in pages', async () => {
    const it = await open()
    const { sourceFiles } = it.running.connector.spec
    for (let at = 0; at < 119; at += 1)
      await addToSpecHistory(
        it.store,
        { sourceFiles: [...sourceFiles, { path: 'x.yaml', text: `${at}` }] } as never,
        at,
      )
    const [newest, oldest] = await Promise.all(
      ['/mappings/versions', '/mappings/versions?page=3'].map((path) => it.client.text(path)),
    )
    const total = (await readSpecHistory(it.store)).length
    expect(newest).toContain(`1 to 50 of ${total}`)
    expect(newest).toContain('href="/mappings/versions?page=2"')
    expect(oldest).toContain(`101 to ${total} of ${total}`)
    expect(oldest).not.toContain('page=4')
    expect(oldest).toContain('the first that is kept')
    expect(oldest).not.toContain('no longer kept')
    const first = (await readSpecHistory(it.store)).at(-1)?.hash ?? ''
    expect((await it.client.get(`/mappings/versions?spec=${first}`)).status).toBe(200)
  })

  test('restoring removes files that came later', async () => {
    const it = await open({ from: ['examples/own-spec'] })
    await it.client.post(
      '/mappings/switch',
      { metric: 'Created Ticket', to: 'off' },
      { from: '/mappings/switch?metric=Created%20Ticket' },
    )
    const first = (await readSpecHistory(it.store)).at(-1)?.hash ?? ''
    const answer = await it.client.post(
      '/mappings/restore',
      { spec: first },
      { from: `/mappings/versions?spec=${first}` },
    )
    expect(answer.status).toBe(303)
    expect(() => it.read(TICKET)).toThrow('ENOENT')
  })

  test('that are not kept are no page', async () => {
    const it = await open()
    expect((await it.client.get('/mappings/versions?spec=000000000000')).status).toBe(404)
  })
})
