/** All courses, by name. */
import type { Course } from './course.ts'
import { CONTACT_COURSES } from './table/contacts.ts'
import { CONVERSATION_COURSES } from './table/conversations.ts'
import { IDENTITY_COURSES } from './table/identity.ts'
import { TICKET_COURSES } from './table/tickets.ts'

export const COURSES: readonly Course[] = [
  ...IDENTITY_COURSES,
  ...CONVERSATION_COURSES,
  ...TICKET_COURSES,
  ...CONTACT_COURSES,
]
