/** Replies of a contact of the sandbox, for processes under load. */
import { systemClock } from '../../../runtime/system.ts'

/** The body of a notification: one reply, in one of fifty conversations. */
export function replyNotification(n: number, contact: string): string {
  const now = Math.floor(systemClock.now() / 1000)
  const author = { type: 'user', id: contact, name: 'Ann', email: 'ann@mail.sandbox-shop.com' }
  const part = {
    type: 'conversation_part',
    id: `${9_000_000 + n}`,
    part_type: 'comment',
    body: 'hi',
    created_at: now,
    author,
  }
  const item = {
    type: 'conversation',
    id: `${8_000_000 + (n % 50)}`,
    created_at: now - 60,
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: contact }] },
    conversation_parts: { type: 'conversation_part.list', total_count: 1, conversation_parts: [part] },
  }
  const envelope = {
    type: 'notification_event',
    app_id: 'sandbox1',
    id: `notif_${n}`,
    topic: 'conversation.user.replied',
    created_at: now,
  }
  return JSON.stringify({ ...envelope, data: { type: 'notification_event_data', item } })
}

/** A contact with an address. */
export async function findContact(base: string): Promise<string> {
  return (await listContacts(base))[0] ?? ''
}

/** Contacts with addresses, at most a page of them. */
export async function listContacts(base: string): Promise<readonly string[]> {
  const answer = await fetch(`${base}/contacts?per_page=150`, { headers: { Authorization: 'Bearer test-token' } })
  const { data } = (await answer.json()) as { data: { id: string; email: string | null }[] }
  return data.flatMap(({ id, email }) => (email?.includes('@mail.') ? [id] : []))
}
