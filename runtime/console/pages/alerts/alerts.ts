/** Alerts: where they go, a test of each channel, and the last one that was sent. */
import { html } from 'hono/html'
import type { Alerting } from '../../../alerts/alerting.ts'
import { DEFAULT_FAILED_RECORDS, parseAddresses } from '../../../alerts/settings.ts'
import type { AlertSettings } from '../../../alerts/types.ts'
import { capitalize } from '../../../lib/format.ts'
import { normalizeEmailAddress } from '../../../lib/text/email-address.ts'
import { withTimeout } from '../../../lib/with-timeout.ts'
import { toFault } from '../../../ports/fault.ts'
import { formField } from '../../form-field.ts'
import { timeElement } from '../../format-html.ts'
import type { Action, Html, Page, PageContext, RejectedForm } from '../../types.ts'

const PATH = '/alerts'
/** Milliseconds for a test of all channels. */
const TIMEOUT = 30_000

export const alertsPage: Page = {
  path: PATH,
  access: 'set-up',
  title: 'Alerts',
  nav: 'Alerts',
  async render(context) {
    const { alerts } = context.options
    if (alerts === undefined) return html`<p>The program that runs this connector sends no alerts.</p>`
    return html`<p class="lead">A message for each change of state, once, and one when it is healthy again. It names no person.</p>
${await channelsCard(alerts, context)}
${alerts.isEditable && (await settingsForm(alerts, context))}`
  },
}

async function channelsCard(alerts: Alerting, { link, csrfField }: PageContext): Promise<Html> {
  const channels = await alerts.channels().catch((error: unknown) => toFault(error).message)
  const last = await alerts.last()
  if (typeof channels === 'string') return html`<p class="message bad" role="alert">${channels}.</p>`
  if (channels.length === 0)
    return html`<section class="card"><h2>Channels</h2><p>None: a problem is seen only in this console, in the log and at <code>/status</code>.</p></section>`
  const failures = Object.entries(last?.failures ?? {})
  return html`<section class="card" aria-labelledby="channels"><h2 id="channels">Channels</h2>
<ul class="plain">${channels.map(({ name }) => html`<li>${name}</li>`)}</ul>
${last ? html`<p>Last alert ${timeElement(last.at)}: ${last.summary}</p>` : html`<p class="soft">No alert was sent yet.</p>`}
${failures.map(([name, reason]) => html`<p class="message bad">Not accepted by ${name}: ${reason}.</p>`)}
<form method="post" action="${link(`${PATH}/test`)}">${csrfField}<button class="plain">Send a test alert</button></form></section>`
}

async function settingsForm(
  alerts: Alerting,
  { link, csrfField }: PageContext,
  rejected?: RejectedForm,
): Promise<Html> {
  const { urls, secret, emails, smtpUrl, from, failedRecords } = await alerts.saved()
  const kept = (value: unknown) => (value === undefined ? '' : 'Entered; leave empty to keep it')
  const fixed = Object.keys(alerts.fixed).map((name) => NAMES[name as keyof AlertSettings])
  return html`<form method="post" action="${link(`${PATH}/save`)}" class="card" aria-labelledby="settings">${csrfField}<h2 id="settings">Settings</h2>
${fixed.length > 0 && html`<p class="note">Some settings come from the environment and take precedence over these: ${fixed.join(', ')}.</p>`}
${formField({ name: 'urls', label: 'Webhook addresses', hint: 'Of Slack, or any that takes JSON; with commas.', type: 'text', placeholder: kept(urls), isOptional: true }, { rejected })}
<label for="secret">Signing secret <span class="soft">optional, for addresses other than Slack's</span></label><input id="secret" name="secret" type="password" placeholder="${kept(secret)}" autocomplete="new-password">
${formField({ name: 'emails', label: 'E-mail addresses', hint: 'With commas.', type: 'text', value: emails?.join(', '), isOptional: true }, { rejected })}
${formField({ name: 'smtpUrl', label: 'Mail server', hint: 'smtp://user:password@host:587', type: 'new-password', placeholder: kept(smtpUrl), isOptional: true }, { rejected })}
<label for="from">Sender <span class="soft">default: the first address</span></label><input id="from" name="from" value="${rejected?.values.from ?? from ?? ''}">
<label for="failed">Alert from this number of records with failed events</label><input id="failed" name="failedRecords" type="number" min="1" value="${rejected?.values.failedRecords ?? failedRecords ?? DEFAULT_FAILED_RECORDS}">
<label class="check"><input type="checkbox" name="clear" value="1"> <span>Remove the saved webhook addresses, secret and mail server</span></label>
<button>Save</button></form>`
}

const NAMES: Readonly<Record<keyof AlertSettings, string>> = {
  urls: 'webhook addresses',
  secret: 'signing secret',
  emails: 'e-mail addresses',
  smtpUrl: 'mail server',
  from: 'sender',
  failedRecords: 'number of records',
}

/** What is secret is kept when its field is empty. */
export const saveAlertsAction: Action = {
  path: `${PATH}/save`,
  access: 'set-up',
  async run(context) {
    const { form, redirect } = context
    const { alerts } = context.options
    if (alerts === undefined) return redirect(PATH)
    const saved = form.has('clear') ? {} : await alerts.saved()
    const [urls, emails] = [parseAddresses(form.get('urls')), parseAddresses(form.get('emails'))]
    const entered = (name: 'secret' | 'smtpUrl') => form.get(name)?.trim() || saved[name]
    const [secret, smtpUrl] = [entered('secret'), entered('smtpUrl')]
    const from = form.get('from')?.trim()
    const settings: AlertSettings = {
      ...((urls.length > 0 || saved.urls) && { urls: urls.length > 0 ? urls : (saved.urls ?? []) }),
      ...(emails.length > 0 && { emails }),
      ...(secret && { secret }),
      ...(smtpUrl && { smtpUrl }),
      ...(from && { from }),
      failedRecords: Math.max(1, Number.parseInt(form.get('failedRecords') ?? '1', 10) || 1),
    }
    const wrong = emails.find((address) => normalizeEmailAddress(address) === undefined)
    if (wrong !== undefined) return refuse('emails', `${wrong} is no e-mail address`, alerts, context)
    try {
      await alerts.save(settings)
      return await confirmSaved(alerts, context)
    } catch (error) {
      const { code, message } = toFault(error)
      const field = FIELDS[code]
      if (field !== undefined) return refuse(field, capitalize(message), alerts, context)
      return redirect(PATH, `Nothing was saved: ${message}.`, 'bad')
    }
  },
}

async function confirmSaved(alerts: Alerting, { note, redirect }: PageContext): Promise<Response> {
  if ((await alerts.channels()).length > 0)
    return redirect(PATH, 'Alert settings were saved. Send a test alert to see whether it arrives.')
  note('Alert settings were saved, without a channel')
  return redirect(
    PATH,
    'Alert settings were saved, but no alert is sent: there is no webhook or e-mail address.',
    'bad',
  )
}

/** By the code of a fault: the field that it is about. */
const FIELDS: Readonly<Record<string, string>> = {
  'alerts/invalid-url': 'urls',
  'alerts/no-smtp': 'smtpUrl',
  'alerts/invalid-smtp': 'smtpUrl',
}

/** The form with what was entered: a page, as addresses have no place in the cookie of a redirect. */
async function refuse(field: string, problem: string, alerts: Alerting, context: PageContext): Promise<Response> {
  const values = Object.fromEntries(context.form)
  const form = await settingsForm(alerts, context, { errors: { [field]: problem }, values })
  const body = await html`<p class="message bad" role="alert">Nothing was saved: see below.</p>${form}`
  return context.respond({ path: PATH, title: 'Alerts', body, status: 422 })
}

export const testAlertAction: Action = {
  path: `${PATH}/test`,
  access: 'set-up',
  async run({ options, redirect }) {
    const results = await withTimeout(TIMEOUT, options, async (signal) => options.alerts?.test(signal) ?? {})
    if (Object.keys(results).length === 0) return redirect(PATH, 'No test alert was sent: there is no channel.', 'bad')
    const failures = Object.entries(results).filter(([, reason]) => reason !== null)
    if (failures.length === 0) return redirect(PATH, 'The test alert was accepted by every channel.')
    return redirect(PATH, failures.map(([name, reason]) => `${name}: ${reason}`).join('. '), 'bad')
  },
}
