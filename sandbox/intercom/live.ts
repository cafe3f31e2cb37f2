/** Live activity in the sandbox's workspace: each action changes a record and sends its webhooks. */
import type { Clock, Random } from '../../runtime/ports/effects.ts'
import { markRead, rateConversation, rateFin, replyToConversation } from '../data/conversations.ts'
import { contactAuthor, FIRST_CONVERSATION, messageBody } from '../data/history.ts'
import { type Conversation, type ConversationPart, newConversation } from '../data/new-conversation.ts'
import { type SeededRandom, seededRandom } from '../data/seed.ts'
import type { Workspace } from '../data/workspace.ts'
import { contactActions } from './live-contacts.ts'
import { findContact, type LiveAction, type LiveContext, recentContact, recentIndex } from './live-context.ts'
import { ticketActions } from './live-tickets.ts'
import { conversationItem } from './webhook-items.ts'

const LIVE_ACTIONS: readonly LiveAction[] = [
  { name: 'conversation started', weight: 25, run: start },
  { name: 'conversation replied', weight: 20, run: reply },
  { name: 'conversation read', weight: 15, run: read },
  { name: 'conversation rated', weight: 8, run: rate },
  ...ticketActions,
  ...contactActions,
]

export interface LiveOptions {
  readonly workspace: Workspace
  readonly clock: Clock
  readonly random: Random
  readonly notify: LiveContext['notify']
}

/** Creates a function that runs a random action and resolves after the first attempt at its webhooks. */
export function createLiveActivity({ workspace, clock, random, notify }: LiveOptions): () => Promise<void> {
  const context: LiveContext = {
    workspace,
    rng: seededRandom(random),
    now: () => Math.floor(clock.now() / 1000),
    notify,
  }
  return async () => {
    const action = pickAction(context.rng)
    // In an empty workspace only a new conversation is possible.
    if (!(await action.run(context))) await start(context)
  }
}

function pickAction(rng: SeededRandom): LiveAction {
  let left = rng.int(LIVE_ACTIONS.reduce((sum, { weight }) => sum + weight, 0))
  for (const act of LIVE_ACTIONS) {
    left -= act.weight
    if (left < 0) return act
  }
  return LIVE_ACTIONS[0] as LiveAction
}

async function start(context: LiveContext): Promise<boolean> {
  const { workspace, rng, now, notify } = context
  const person = workspace.contacts.at(recentContact(context))
  const begun = newConversation(FIRST_CONVERSATION + workspace.conversations.size, now(), [person], rng)
  const byTeammate = begun.source?.delivered_as === 'admin_initiated'
  // Intercom creates the conversation of any other outbound message when a contact answers it.
  const it =
    byTeammate || begun.first_contact_reply !== null
      ? begun
      : replyToConversation(begun, contactAuthor(person), now(), messageBody(rng))
  workspace.conversations.add(it)
  await notify(byTeammate ? 'conversation.admin.single.created' : 'conversation.user.created', conversationItem(it))
  return true
}

async function reply(context: LiveContext): Promise<boolean> {
  return change(context, 'conversation.user.replied', (it) => {
    // Intercom has no conversation of an outbound message until a contact answers, which begins it.
    if (it.first_contact_reply === null && it.source?.delivered_as !== 'admin_initiated') return undefined
    const person = findContact(context, context.rng.pick(it.contacts.contacts))
    const next = person && replyToConversation(it, contactAuthor(person), context.now(), messageBody(context.rng))
    // Only the new part is sent.
    return next && { next, parts: next.conversation_parts.conversation_parts.slice(-1) }
  })
}

async function read(context: LiveContext): Promise<boolean> {
  return change(context, 'conversation.read', (it) => ({ next: markRead(it, context.now()) }))
}

async function rate(context: LiveContext): Promise<boolean> {
  return change(context, 'conversation.rating.added', (it) => ({
    next: (context.rng.chance(0.25) ? rateFin : rateConversation)(it, context.rng, context.now(), true),
  }))
}

type ConversationChange = { readonly next: Conversation; readonly parts?: readonly ConversationPart[] }

async function change(
  { workspace, rng, notify }: LiveContext,
  topic: string,
  edit: (it: Conversation) => ConversationChange | undefined,
): Promise<boolean> {
  const index = recentIndex(rng, workspace.conversations)
  const changed = index === undefined ? undefined : edit(workspace.conversations.at(index))
  if (index === undefined || changed === undefined) return false
  workspace.conversations.put(index, changed.next)
  await notify(topic, conversationItem(changed.next, changed.parts))
  return true
}
