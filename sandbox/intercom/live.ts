/** What goes on happening in the sandbox's workspace: each act changes a record and notifies whoever subscribed. */
import type { Clock, Random } from '../../runtime/ports/effects.ts'
import { rated, read, replied } from '../data/conversations.ts'
import { contactAuthor, FIRST_CONVERSATION, line, plainText } from '../data/history.ts'
import { type Conversation, type ConversationPart, opened } from '../data/new-conversation.ts'
import { dice, type SeededRandom } from '../data/seed.ts'
import type { Workspace } from '../data/workspace.ts'
import { contactActs } from './live-contacts.ts'
import { type LiveAction, type LiveContext, personOf, recent, recentContact } from './live-context.ts'
import { ticketActs } from './live-tickets.ts'

const ACTS: readonly LiveAction[] = [
  { name: 'conversation begun', weight: 25, run: begin },
  { name: 'conversation replied', weight: 20, run: reply },
  { name: 'conversation read', weight: 15, run: look },
  { name: 'conversation rated', weight: 8, run: rate },
  ...ticketActs,
  ...contactActs,
]

export interface LiveOptions {
  readonly workspace: Workspace
  readonly clock: Clock
  readonly random: Random
  readonly notify: LiveContext['notify']
}

/** A function that does one thing at random, and resolves once its notifications have been tried. */
export function liveActivity({ workspace, clock, random, notify }: LiveOptions): () => Promise<void> {
  const stage: LiveContext = { workspace, d: dice(random), now: () => Math.floor(clock.now() / 1000), notify }
  return async () => {
    const chosen = draw(stage.d)
    // An empty workspace has nothing to reply to, but something can always begin.
    if (!(await chosen.run(stage))) await begin(stage)
  }
}

function draw(d: SeededRandom): LiveAction {
  let left = d.int(ACTS.reduce((sum, { weight }) => sum + weight, 0))
  for (const act of ACTS) {
    left -= act.weight
    if (left < 0) return act
  }
  return ACTS[0] as LiveAction
}

async function begin(stage: LiveContext): Promise<boolean> {
  const { workspace, d, now, notify } = stage
  const person = workspace.contacts.at(recentContact(stage))
  const it = opened(FIRST_CONVERSATION + workspace.conversations.size, now(), [person], d)
  workspace.conversations.add(it)
  const byContact = it.source?.author.type !== 'admin'
  await notify(byContact ? 'conversation.user.created' : 'conversation.admin.single.created', notified(it))
  return true
}

async function reply(stage: LiveContext): Promise<boolean> {
  return change(stage, 'conversation.user.replied', (it) => {
    const person = personOf(stage, stage.d.pick(it.contacts.contacts))
    const next = person && replied(it, contactAuthor(person), stage.now(), line(stage.d))
    // Only the new part is sent.
    return next && { next, parts: next.conversation_parts.conversation_parts.slice(-1) }
  })
}

async function look(stage: LiveContext): Promise<boolean> {
  return change(stage, 'conversation.read', (it) => ({ next: read(it, stage.now()) }))
}

async function rate(stage: LiveContext): Promise<boolean> {
  return change(stage, 'conversation.rating.added', (it) => ({ next: rated(it, stage.d, stage.now(), true) }))
}

type Changed = { readonly next: Conversation; readonly parts?: readonly ConversationPart[] }

async function change(
  { workspace, d, notify }: LiveContext,
  topic: string,
  by: (it: Conversation) => Changed | undefined,
): Promise<boolean> {
  const index = recent(d, workspace.conversations)
  const changed = index === undefined ? undefined : by(workspace.conversations.at(index))
  if (index === undefined || changed === undefined) return false
  workspace.conversations.put(index, changed.next)
  await notify(topic, notified(changed.next, changed.parts))
  return true
}

/** A conversation as webhooks carry it: bodies as plain text. */
function notified(it: Conversation, parts = it.conversation_parts.conversation_parts): object {
  const list = parts.map((part) => ({ ...part, body: plainText(part.body) }))
  return {
    ...it,
    source: it.source && { ...it.source, body: plainText(it.source.body) },
    conversation_parts: { type: 'conversation_part.list', conversation_parts: list, total_count: list.length },
  }
}
