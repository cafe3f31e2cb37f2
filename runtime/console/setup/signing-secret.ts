/** The secret that verifies webhooks, entered or replaced apart from the credentials. */
import { html } from 'hono/html'
import { checkSigningSecrets } from '../../auth/setup/check-fields.ts'
import type { SideView } from '../../auth/setup/setup.ts'
import { formField } from '../form-field.ts'
import type { Action, Html, PageContext } from '../types.ts'
import { findSide, setupOf } from './shared.ts'

const PAGE = '/set-up/webhooks'

/** Not while the environment holds it, nor before the source is connected. */
export async function signingSecretForm({ side, method }: SideView, context: PageContext): Promise<Html | ''> {
  const field = fieldOf(side)
  if (field === undefined || method === undefined) return ''
  const isMissing = !(await context.options.connector.acceptsWebhooks())
  const wasRefused = context.rejected?.errors.signing !== undefined
  return html`<details class="card"${(isMissing || wasRefused) && html` open`}><summary><strong>${field.label}</strong> <span class="soft">verifies webhooks</span></summary><div class="opened">
<form method="post" action="${context.link(`/set-up/${side.name}/signing`)}" autocomplete="off">${context.csrfField}
${formField({ name: 'signing', label: field.label, type: 'secret', hint: html`${field.instructions} During a rotation: both, separated by a comma.`, links: field.links?.([]) ?? [] }, context)}
<button class="plain">Save ${field.label.toLowerCase()}</button></form></div></details>`
}

const fieldOf = ({ pasteFields }: SideView['side']) => pasteFields.find(({ name }) => name === 'signing')

export const signingSecretAction: Action = {
  path: '/set-up/:name/signing',
  access: 'set-up',
  async run(context) {
    const { form, params, redirect } = context
    const setup = setupOf(context)
    const view = setup && findSide(await setup.view(), params.name)
    const field = view && fieldOf(view.side)
    if (view === undefined || field === undefined) return context.notFound('There is no such secret.')
    const entered = form.get('signing') ?? ''
    const error = checkSigningSecrets(field, entered)
    if (error !== undefined)
      return redirect(PAGE, 'The secret was not saved: see below.', 'bad', { errors: { signing: error }, values: {} })
    await setup?.saveSigningSecrets(view.side.side, entered)
    return redirect(PAGE, `The ${field.label.toLowerCase()} is saved.`)
  },
}
