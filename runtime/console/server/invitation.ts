/** Accepting an invitation: the link holds a code, and the person chooses a password. */
import { Hono } from 'hono'
import { html } from 'hono/html'
import { formField } from '../form-field.ts'
import type { Html, PageContext } from '../types.ts'
import { INVITATION_PATH } from './invitation-path.ts'
import { note } from './note-action.ts'
import type { PageRenderer } from './render.ts'
import type { ConsoleEnv, ConsoleServices } from './services.ts'
import { findPasswordProblem } from './session/users.ts'

export function invitationRoutes({ options, sessions, invitations }: ConsoleServices, renderer: PageRenderer) {
  const routes = new Hono<ConsoleEnv>()
  routes.get(INVITATION_PATH, (c) =>
    renderer.page(c, { path: INVITATION_PATH, title: 'Choose a password', render: invitationForm }),
  )
  routes.post(INVITATION_PATH, async (c) => {
    const context = renderer.contextOf(c)
    const field = (name: string) => context.form.get(name) ?? ''
    const refuse = (text: string, errors = {}) => context.redirect(INVITATION_PATH, text, 'bad', { errors, values: {} })
    const user = await invitations.find(field('code'))
    if (user === undefined)
      return refuse('This invitation was used, replaced, or is too old. Ask an owner for a new link.')
    const errors = findPasswordProblem(field('password'), field('repeated'))
    if (Object.keys(errors).length > 0) return refuse('Nothing was saved: see below, and open the link again.', errors)
    const accepted = await invitations.accept(user, field('password'))
    if (accepted === undefined) return refuse('This invitation was used already.')
    if (c.var.session !== undefined) await sessions.revoke(c.var.session)
    c.set('session', sessions.create(true, accepted))
    await note({ options, person: accepted.name }, 'sign-in', 'Accepted the invitation and signed in')
    return context.redirect('/', `You are signed in as ${accepted.name}.`)
  })
  return routes
}

function invitationForm(context: PageContext): Html {
  const { link, csrfField } = context
  return html`<form class="card slim" method="post" action="${link(INVITATION_PATH)}" autocomplete="off">${csrfField}
<label for="code">Code <span class="soft">at the end of the link</span></label>
<input id="code" name="code" type="password" autocomplete="off" required data-from-fragment="fill">
${formField({ name: 'password', label: 'Password', type: 'new-password', hint: 'At least 10 characters.' }, context)}
${formField({ name: 'repeated', label: 'Repeat the password', type: 'new-password' }, context)}
<button>Sign in</button></form>`
}
