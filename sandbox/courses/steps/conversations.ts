/** Steps of conversations: people and teammates write, read, rate, close. */
import { closeConversation, markRead, replyToConversation } from '../../data/conversations.ts'
import { type Author, anyAdmin, contactAuthor, FIRST_CONVERSATION } from '../../data/history.ts'
import { type Conversation, newConversation, newConversationPart } from '../../data/new-conversation.ts'
import { conversationItem } from '../../intercom/webhook-items.ts'
import { type Step, step } from '../course.ts'
import type { Person } from '../people.ts'
import { add, edit, find, NO_CHANCE, type Stage } from '../stage.ts'

const CHAT = 'chat'
const TEAMMATE: Author = anyAdmin(NO_CHANCE)
const BOT: Author = { type: 'bot', id: '9600000', name: 'Fin', email: 'operator+sandbox1@intercom.io' }

/** Starts a conversation. */
export const writes = (who: Person, chat = CHAT): Step =>
  step(`${who} starts a conversation`, async (stage) => {
    begin(stage, chat, who, { author: authorOf(stage, who), delivered_as: 'customer_initiated' })
    await tell(stage, chat, 'conversation.user.created')
  })

/** Over a channel for which Intercom names no source. */
export const writesWithoutSource = (who: Person, chat = CHAT): Step =>
  step(`${who} starts a conversation over a channel without a source`, async (stage) => {
    begin(stage, chat, who, null)
    await tell(stage, chat, 'conversation.user.created')
  })

export const replies = (who: Person, chat = CHAT, type = 'comment'): Step =>
  step(`${who} replies${type === 'comment' ? '' : ` (${type})`}`, (stage) =>
    reply(stage, chat, authorOf(stage, who), type),
  )

/** A reply of a person whose part still names them a visitor. */
export const repliesAsVisitor = (who: Person, chat = CHAT): Step =>
  step(`${who} replies as a visitor`, (stage) => reply(stage, chat, { ...authorOf(stage, who), type: 'visitor' }))

export const teammateAnswers = (chat = CHAT): Step =>
  step('a teammate answers', async (stage) => {
    edit(stage, 'conversations', chat, (it) => replyToConversation(it, TEAMMATE, stage.now(), '<p>Hello</p>'))
    await tellLastPart(stage, chat, 'conversation.admin.replied')
  })

/** One to one, from the inbox. */
export const teammateWritesTo = (who: Person, chat = CHAT): Step =>
  step(`a teammate writes to ${who}`, async (stage) => {
    begin(stage, chat, who, { author: TEAMMATE, delivered_as: 'admin_initiated' })
    await tell(stage, chat, 'conversation.admin.single.created')
  })

/** By a Workflow; Intercom names no source, and sends no notice of it. */
export const workflowWritesTo = (who: Person, chat = CHAT): Step =>
  step(`a Workflow writes to ${who}`, (stage) => begin(stage, chat, who, null, false))

/** Intercom makes the conversation when the contact answers, with the outbound message as its source. */
export const answersCampaign = (who: Person, delivered_as = 'campaigns_initiated', chat = CHAT): Step =>
  step(`${who} answers a message (${delivered_as})`, async (stage) => {
    begin(stage, chat, who, { author: delivered_as === 'campaigns_initiated' ? TEAMMATE : BOT, delivered_as })
    edit(stage, 'conversations', chat, (it) => wrote(stage, it))
    await tell(stage, chat, 'conversation.user.created')
  })

/** A second contact of the conversation. */
export const joins = (who: Person, chat = CHAT): Step =>
  step(`${who} joins the conversation`, (stage) =>
    edit(stage, 'conversations', chat, (it) => {
      const { id, external_id } = find(stage, 'contacts', who)
      const contacts = [...it.contacts.contacts, { type: 'contact', id, external_id }]
      return { ...it, updated_at: stage.now(), contacts: { ...it.contacts, contacts } }
    }),
  )

export const reads = (who: Person, chat = CHAT): Step =>
  step(`${who} reads`, async (stage) => {
    edit(stage, 'conversations', chat, (it) => markRead(it, stage.now()))
    await tell(stage, chat, 'conversation.read')
  })

/** Asked for only; no notice. */
export const isAskedForRating = (who: Person, chat = CHAT): Step =>
  step(`${who} is asked for a rating`, (stage) =>
    edit(stage, 'conversations', chat, (it) => ({
      ...it,
      updated_at: stage.now(),
      conversation_rating: {
        rating: null,
        remark: null,
        created_at: stage.now(),
        updated_at: stage.now(),
        contact: it.contacts.contacts.find(({ id }) => id === find(stage, 'contacts', who).id) ?? null,
        teammate: { type: 'admin', id: TEAMMATE.id },
      },
    })),
  )

/** Also a changed score. */
export const rates = (who: Person, rating: number, chat = CHAT): Step =>
  step(`${who} rates: ${rating}`, (stage) => changeRating(stage, chat, { rating }))

export const remarks = (who: Person, remark: string, chat = CHAT): Step =>
  step(`${who} adds a remark`, (stage) => changeRating(stage, chat, { remark }))

export const finAnswers = (chat = CHAT): Step =>
  step('Fin answers', async (stage) => {
    edit(stage, 'conversations', chat, (it) => ({
      ...replyToConversation(it, BOT, stage.now(), '<p>Hi</p>'),
      ai_agent_participated: true,
      ai_agent: { ...FIN, rating: null, rating_remark: null, created_at: null, updated_at: null },
    }))
    await tellLastPart(stage, chat, 'conversation.operator.replied')
  })

export const ratesFin = (who: Person, rating: number, chat = CHAT): Step =>
  step(`${who} rates Fin: ${rating}`, async (stage) => {
    const at = stage.now()
    const ai_agent = { ...FIN, rating, rating_remark: null, created_at: at, updated_at: at }
    edit(stage, 'conversations', chat, (it) => ({ ...it, updated_at: at, ai_agent, ai_agent_participated: true }))
    await tell(stage, chat, 'conversation.rating.added')
  })

export const teammateCloses = (chat = CHAT): Step =>
  step('a teammate closes the conversation', async (stage) => {
    edit(stage, 'conversations', chat, (it) => closeConversation(it, TEAMMATE, stage.now()))
    await tellLastPart(stage, chat, 'conversation.admin.closed')
  })

export const teammateSnoozes = (chat = CHAT): Step =>
  step('a teammate snoozes the conversation', async (stage) => {
    const snoozed = { state: 'snoozed', snoozed_until: stage.now() + 86_400 }
    edit(stage, 'conversations', chat, (it) => ({ ...withPart(it, TEAMMATE, stage.now(), 'snoozed'), ...snoozed }))
    await tellLastPart(stage, chat, 'conversation.admin.snoozed')
  })

export const snoozeEnds = (chat = CHAT): Step =>
  step('the snooze ends', async (stage) => {
    const open = { state: 'open', snoozed_until: null }
    edit(stage, 'conversations', chat, (it) => ({ ...withPart(it, BOT, stage.now(), 'timer_unsnooze'), ...open }))
    await tellLastPart(stage, chat, 'conversation.admin.unsnoozed')
  })

/** Intercom empties the body and keeps the part. No notice. */
export const lastPartIsRedacted = (chat = CHAT): Step =>
  step('the last message is redacted', (stage) =>
    edit(stage, 'conversations', chat, (it) => {
      const { conversation_parts: list } = it
      const parts = list.conversation_parts.map((part, at, all) =>
        at === all.length - 1 ? { ...part, body: null, redacted: true } : part,
      )
      return { ...it, updated_at: stage.now(), conversation_parts: { ...list, conversation_parts: parts } }
    }),
  )

const FIN = {
  source_type: 'profile',
  source_title: null,
  last_answer_type: 'ai_answer',
  resolution_state: 'assumed_resolution',
}

export function authorOf(stage: Stage, who: Person): Author {
  return contactAuthor(find(stage, 'contacts', who))
}

type Opening = { readonly author: Author; readonly delivered_as: string }

/** Adds a conversation with nothing accidental: no title, tags, assignees or attributes. */
// biome-ignore lint/complexity/useMaxParams: the last is rare
function begin(stage: Stage, name: string, who: Person, opening: Opening | null, written = true): void {
  const at = stage.now()
  const id = FIRST_CONVERSATION + stage.workspace.conversations.size
  const it = newConversation(id, at, [find(stage, 'contacts', who)], NO_CHANCE)
  const byContact = written && (opening === null || opening.delivered_as === 'customer_initiated')
  const plain = { title: null, priority: 'none', admin_assignee_id: 0, team_assignee_id: 0, custom_attributes: {} }
  const wroteAt = byContact ? at : null
  const statistics = it.statistics && {
    ...it.statistics,
    first_contact_reply_at: wroteAt,
    last_contact_reply_at: wroteAt,
    count_assignments: 0,
  }
  const source = opening && it.source && { ...it.source, ...opening, type: 'conversation', body: '<p>Hello</p>' }
  const first_contact_reply = byContact ? it.first_contact_reply : null
  const tags = { type: 'tag.list', tags: [] }
  add(stage, 'conversations', name, { ...it, ...plain, tags, source, statistics, first_contact_reply })
}

/** The contact's part, and the dates of the first one. */
function wrote(stage: Stage, it: Conversation, author = contactOf(stage, it), type = 'comment'): Conversation {
  const at = stage.now()
  const replied = replyToConversation(it, author, at, '<p>Any news?</p>')
  const { conversation_parts: list } = replied
  const parts = list.conversation_parts.map((part, i, all) =>
    i === all.length - 1 ? { ...part, part_type: type } : part,
  )
  const { statistics } = replied
  return {
    ...replied,
    conversation_parts: { ...list, conversation_parts: parts },
    first_contact_reply: it.first_contact_reply ?? { created_at: at, type: 'conversation', url: null },
    statistics: statistics && { ...statistics, first_contact_reply_at: statistics.first_contact_reply_at ?? at },
  }
}

function contactOf(stage: Stage, it: Conversation): Author {
  const index = stage.workspace.contacts.find(it.contacts.contacts[0]?.id ?? '') ?? 0
  return contactAuthor(stage.workspace.contacts.at(index))
}

async function reply(stage: Stage, chat: string, author: Author, type?: string): Promise<void> {
  edit(stage, 'conversations', chat, (it) => wrote(stage, it, author, type))
  await tellLastPart(stage, chat, 'conversation.user.replied')
}

function withPart(it: Conversation, author: Author, at: number, type: string): Conversation {
  const { conversation_parts: list } = it
  const part = newConversationPart(it, { author, at, type, body: null })
  const parts = [...list.conversation_parts, part]
  return {
    ...it,
    updated_at: at,
    conversation_parts: { ...list, conversation_parts: parts, total_count: parts.length },
  }
}

async function changeRating(
  stage: Stage,
  chat: string,
  change: { readonly rating?: number; readonly remark?: string },
): Promise<void> {
  const updated_at = stage.now()
  edit(stage, 'conversations', chat, (it) => ({
    ...it,
    updated_at,
    conversation_rating: it.conversation_rating && { ...it.conversation_rating, ...change, updated_at },
  }))
  await tell(stage, chat, 'conversation.rating.added')
}

function tell(stage: Stage, chat: string, topic: string): Promise<void> {
  return stage.send({ topic, at: stage.now(), item: () => conversationItem(find(stage, 'conversations', chat)) })
}

/** Replies and changes of state carry their own part only. */
function tellLastPart(stage: Stage, chat: string, topic: string): Promise<void> {
  const { id } = find(stage, 'conversations', chat).conversation_parts.conversation_parts.at(-1) ?? { id: '' }
  const item = () => {
    const it = find(stage, 'conversations', chat)
    const own = it.conversation_parts.conversation_parts.filter((part) => part.id === id)
    return conversationItem(it, own)
  }
  return stage.send({ topic, at: stage.now(), item })
}
