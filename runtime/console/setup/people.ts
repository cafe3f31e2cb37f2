/** People: who may sign in, with which role, and the links of open invitations. */
import { html } from 'hono/html'
import { copyable } from '../copyable.ts'
import { formField } from '../form-field.ts'
import { timeElement } from '../format-html.ts'
import { INVITATION_PATH } from '../server/invitation-path.ts'
import { ROLES, type Role, type User, type Users } from '../server/session/users.ts'
import type { Action, Html, Page, PageContext } from '../types.ts'
import { consoleOrigin, setupOf } from './shared.ts'

const PATH = '/set-up/people'

const ROLE_TEXTS: Readonly<Record<Role, string>> = {
  viewer: 'sees events and numbers; personal data stays masked',
  operator: 'may also show personal data, retry, import, and create segments and flows',
  owner: 'may also connect accounts, edit mappings and alerts, and manage people',
}

export const peoplePage: Page = {
  path: PATH,
  access: 'set-up',
  title: 'People',
  async render(context) {
    const { people, link } = context
    if (people === undefined) return html`<p>${SIGNED_IN_ELSEWHERE}</p>`
    const users = await people.users.list()
    return html`<p class="lead">The password or the code of this connector signs in an owner. Everyone else signs in with a name and a password of their own.</p>
${users.length > 0 && (await peopleTable(users, context))}
${inviteForm(context)}
<p><a href="${link('/set-up')}">Back to setup</a></p>`
  },
}

const SIGNED_IN_ELSEWHERE =
  'People sign in elsewhere: by the program that runs this connector, or by the proxy in front of it.'

async function peopleTable(users: readonly User[], context: PageContext): Promise<Html> {
  const origin = consoleOrigin(context, (await setupOf(context)?.view())?.state)
  const now = context.options.clock.now()
  return html`<div class="table"><table class="stack middle"><caption>People</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">State</th><th scope="col">Actions</th></tr></thead>
<tbody>${users.map((user) => personRow(user, { origin, now }, context))}</tbody></table></div>`
}

interface RowParts {
  readonly origin: string
  readonly now: number
}

function personRow(user: User, { origin, now }: RowParts, context: PageContext): Html {
  const { people, link } = context
  const { id, name, role, isDisabled, invitation, passwordHash } = user
  const code = people?.invitations.codeOf(user)
  const address = `${origin}${link(INVITATION_PATH)}#${code}`
  const isOver = invitation !== undefined && now >= invitation.until
  const state = isDisabled
    ? html`<span class="badge">Disabled</span>`
    : passwordHash === undefined
      ? html`<span class="badge${isOver && ' bad'}">${isOver ? 'Invitation expired' : 'Invited'}</span>`
      : html`<span class="badge good">Active</span>`
  const select = html`<label class="hidden" for="role-${id}">Role of ${name}</label><select id="role-${id}" name="role">${ROLES.map((one) => html`<option value="${one}"${one === role && html` selected`}>${ROLE_NAMES[one]}</option>`)}</select>`
  const button = (what: string, label: string, confirm?: string) => {
    const content = html`<button class="plain small">${label}<span class="hidden"> ${name}</span></button>`
    return changeForm(user, { what, content, confirm }, context)
  }
  const changeRole = html`<span class="row tight">${select}<button class="plain small">Change<span class="hidden"> the role of ${name}</span></button></span>`
  return html`<tr><th scope="row" dir="auto">${name}</th>
<td data-name="Role">${changeForm(user, { what: 'role', content: changeRole }, context)}</td>
<td data-name="State"><div>${state}${code !== undefined && !isDisabled && html`<p class="soft">Send this link to ${name}. It works once, until ${timeElement(invitation?.until ?? now)}.</p>${copyable(address, `the invitation of ${name}`)}`}</div></td>
<td data-name="Actions"><div class="row tight">${isDisabled ? button('enable', 'Enable') : html`${passwordHash !== undefined && button('sign-out', 'Sign out everywhere')}${button('invite', passwordHash === undefined ? 'New link' : 'New password link')}${button('disable', 'Disable', `Disable ${name}? Their sessions end at once.`)}`}${button('remove', 'Remove', `Remove ${name}? The timeline keeps what they did.`)}</div></td></tr>`
}

const ROLE_NAMES: Readonly<Record<Role, string>> = { viewer: 'Viewer', operator: 'Operator', owner: 'Owner' }

interface Change {
  readonly what: string
  readonly content: Html
  /** Asked before it is sent. */
  readonly confirm?: string | undefined
}

function changeForm({ id }: User, { what, content, confirm }: Change, { link, csrfField }: PageContext): Html {
  return html`<form method="post" action="${link(`${PATH}/change`)}"${confirm !== undefined && html` data-confirm="${confirm}"`}>${csrfField}<input type="hidden" name="user" value="${id}"><input type="hidden" name="do" value="${what}">${content}</form>`
}

function inviteForm(context: PageContext): Html {
  const choice = (role: Role, index: number) =>
    html`<label class="check"><input type="radio" name="role" value="${role}"${index === 0 && html` checked`}> <span>${ROLE_NAMES[role]} <span class="soft">${ROLE_TEXTS[role]}</span></span></label>`
  return html`<form method="post" action="${context.link(`${PATH}/invite`)}" class="card" aria-labelledby="invite" autocomplete="off">${context.csrfField}<h2 id="invite">Invite a person</h2>
${formField({ name: 'name', label: 'Name', type: 'text', hint: 'They sign in with it, and the timeline shows it.' }, context)}
<fieldset><legend>Role</legend>${ROLES.map(choice)}</fieldset>
<button>Create invitation</button></form>`
}

export const invitePersonAction: Action = {
  path: `${PATH}/invite`,
  access: 'set-up',
  async run({ form, people, redirect }) {
    if (people === undefined) return redirect(PATH, SIGNED_IN_ELSEWHERE, 'bad')
    const name = form.get('name') ?? ''
    const user = await people.users.invite(name, toRole(form.get('role')))
    if (typeof user === 'string')
      return redirect(PATH, 'No one was invited: see below.', 'bad', { errors: { name: user }, values: {} })
    return redirect(PATH, `${user.name} was invited as ${user.role}. Send them the link in the table.`)
  },
}

const toRole = (text: string | null): Role => ROLES.find((role) => role === text) ?? 'viewer'

type Applied = readonly [apply: (users: Users, id: string, role: Role) => Promise<boolean>, text: string]

const CHANGES: Readonly<Record<string, Applied>> = {
  role: [(users, id, role) => users.setRole(id, role), 'now has the role'],
  'sign-out': [(users, id) => users.signOut(id), 'was signed out everywhere'],
  invite: [(users, id) => users.inviteAgain(id), 'has a new link'],
  disable: [(users, id) => users.disable(id), 'was disabled'],
  enable: [(users, id) => users.enable(id), 'was enabled'],
  remove: [(users, id) => users.remove(id), 'was removed'],
}

export const changePersonAction: Action = {
  path: `${PATH}/change`,
  access: 'set-up',
  async run({ form, people, redirect }) {
    const what = form.get('do') ?? ''
    const change = Object.hasOwn(CHANGES, what) ? CHANGES[what] : undefined
    const user = await people?.users.find(form.get('user') ?? '')
    if (people === undefined || change === undefined || user === undefined)
      return redirect(PATH, 'Nothing was changed: this person is not in the list.', 'bad')
    const role = toRole(form.get('role'))
    const [apply, text] = change
    const isChanged = await apply(people.users, user.id, role)
    if (!isChanged) return redirect(PATH, 'Nothing was changed: it is so already.', 'still')
    return redirect(PATH, `${user.name} ${text}${what === 'role' ? ` ${role}` : ''}.`)
  },
}
