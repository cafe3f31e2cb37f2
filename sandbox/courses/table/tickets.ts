/** Courses of tickets: states, conversions, and notices that carry all of it. */
import type { Course } from '../course.ts'
import { customer } from '../steps/contacts.ts'
import { replies, teammateAnswers, writes } from '../steps/conversations.ts'
import { atOnce, late, lost, overtaken, reversed, twice, wait } from '../steps/notices.ts'
import { becomesTicket, moves, repliesToTicket, submits, teammateOpens } from '../steps/tickets.ts'

const SUBMITTED = { 'Created Ticket': '0s', 'Submitted Ticket': '0s' }

export const TICKET_COURSES: readonly Course[] = [
  {
    name: 'ticket',
    summary: 'A customer submits a ticket, which waits for a reply and is resolved.',
    steps: [
      customer('ann'),
      submits('ann'),
      wait('1m'),
      moves('in_progress'),
      wait('1m'),
      moves('waiting_on_customer'),
      wait('1m'),
      repliesToTicket('ann'),
      wait('1m'),
      moves('resolved'),
    ],
    counts: {
      ann: { ...SUBMITTED, 'Marked Ticket On Hold': '2m', 'Replied to Ticket': '3m', 'Resolved Ticket': '4m' },
    },
  },
  {
    name: 'ticket-from-conversation',
    summary: 'A teammate makes a ticket of a conversation; the customer replies before and after.',
    steps: [
      customer('ann'),
      writes('ann'),
      wait('1m'),
      teammateAnswers(),
      wait('1m'),
      replies('ann'),
      wait('1m'),
      becomesTicket(),
      wait('1m'),
      repliesToTicket('ann'),
    ],
    counts: {
      ann: {
        'Created Conversation': '0s',
        'Replied to Conversation': '2m',
        'Created Ticket': '3m',
        'Submitted Ticket': '3m',
        'Replied to Ticket': '4m',
      },
    },
  },
  {
    name: 'internal-ticket',
    summary: 'A teammate opens a Back-office ticket for a customer.',
    steps: [customer('ann'), teammateOpens('Back-office', ['ann']), wait('1m'), moves('resolved')],
    counts: { ann: { ...SUBMITTED, 'Resolved Ticket': '1m' } },
  },
  {
    name: 'internal-ticket-of-no-one',
    summary: 'A teammate opens a Tracker ticket without a contact.',
    steps: [teammateOpens('Tracker'), wait('1m'), moves('resolved')],
    counts: {},
  },
  {
    name: 'submitted-and-resolved-at-once',
    summary: 'A ticket is submitted, put on hold and resolved within a second; every notice carries all of it.',
    steps: [customer('ann'), atOnce(submits('ann'), moves('waiting_on_customer'), moves('resolved'))],
    counts: { ann: { ...SUBMITTED, 'Marked Ticket On Hold': '0s', 'Resolved Ticket': '0s' } },
  },
  {
    name: 'hold-notice-lost',
    summary: 'The notice of the hold never arrives; that of the resolution carries both.',
    steps: [
      customer('ann'),
      submits('ann'),
      wait('1m'),
      lost(moves('waiting_on_customer')),
      wait('1m'),
      moves('resolved'),
    ],
    counts: { ann: { ...SUBMITTED, 'Marked Ticket On Hold': '1m', 'Resolved Ticket': '2m' } },
  },
  {
    name: 'first-notices-lost',
    summary: 'The notices of the submission never arrive.',
    steps: [customer('ann'), writes('ann'), wait('1m'), lost(submits('ann')), wait('1m'), moves('in_progress')],
    counts: { ann: { 'Created Conversation': '0s', 'Created Ticket': '1m', 'Submitted Ticket': '1m' } },
    unseen: {
      webhook: { ann: { 'Created Ticket': '1m' } },
      because: 'only ticket.created announces the ticket',
    },
  },
  {
    name: 'last-notice-lost',
    summary: 'The notice of the resolution never arrives, and nothing follows.',
    steps: [customer('ann'), submits('ann'), wait('1m'), lost(moves('resolved')), wait('10m')],
    counts: { ann: { ...SUBMITTED, 'Resolved Ticket': '1m' } },
    unseen: {
      webhook: { ann: { 'Resolved Ticket': '1m' } },
      because: 'no later notice carries the state',
    },
  },
  {
    name: 'ticket-notices-in-reverse',
    summary: 'The notices of a ticket arrive newest first.',
    steps: [
      customer('ann'),
      reversed(submits('ann'), wait('1m'), moves('waiting_on_customer'), wait('1m'), moves('resolved')),
    ],
    counts: { ann: { ...SUBMITTED, 'Marked Ticket On Hold': '1m', 'Resolved Ticket': '2m' } },
  },
  {
    name: 'ticket-notices-twice',
    summary: 'Every notice of a ticket arrives twice.',
    steps: [
      customer('ann'),
      twice(
        submits('ann'),
        wait('1m'),
        moves('waiting_on_customer'),
        wait('1m'),
        repliesToTicket('ann'),
        moves('resolved'),
      ),
    ],
    counts: {
      ann: { ...SUBMITTED, 'Marked Ticket On Hold': '1m', 'Replied to Ticket': '2m', 'Resolved Ticket': '2m' },
    },
  },
  {
    name: 'ticket-notices-days-late',
    summary: 'All notices of a ticket arrive three days later.',
    steps: [
      customer('ann'),
      late('3d', submits('ann'), wait('1m'), repliesToTicket('ann'), wait('1m'), moves('resolved')),
    ],
    counts: { ann: { ...SUBMITTED, 'Replied to Ticket': '1m', 'Resolved Ticket': '2m' } },
  },
  {
    name: 'hold-notice-days-late',
    summary: 'Only the notice of the hold arrives three days late, after that of the resolution.',
    steps: [
      customer('ann'),
      submits('ann'),
      wait('1m'),
      overtaken(moves('waiting_on_customer'), wait('1m'), moves('resolved'), wait('3d')),
    ],
    counts: { ann: { ...SUBMITTED, 'Marked Ticket On Hold': '1m', 'Resolved Ticket': '2m' } },
  },
  {
    name: 'resolved-twice',
    summary: 'A resolved ticket is reopened and resolved again.',
    steps: [
      customer('ann'),
      submits('ann'),
      wait('1m'),
      moves('resolved'),
      wait('1m'),
      moves('in_progress'),
      wait('1m'),
      moves('resolved'),
    ],
    counts: { ann: { ...SUBMITTED, 'Resolved Ticket': '1m 3m' } },
  },
  {
    name: 'submitted-again',
    summary: 'A ticket returns to submitted.',
    steps: [customer('ann'), submits('ann'), wait('1m'), moves('in_progress'), wait('1m'), moves('submitted')],
    counts: { ann: { 'Created Ticket': '0s', 'Submitted Ticket': '0s 2m' } },
  },
  {
    name: 'custom-states',
    summary: 'A ticket moves between two custom states of one category.',
    steps: [
      customer('ann'),
      submits('ann'),
      wait('1m'),
      moves('waiting_on_customer'),
      wait('1m'),
      moves('waiting_on_customer'),
      wait('1m'),
      moves('resolved'),
      wait('1m'),
      moves('resolved'),
    ],
    counts: { ann: { ...SUBMITTED, 'Marked Ticket On Hold': '1m', 'Resolved Ticket': '3m' } },
  },
  {
    name: 'ticket-reply-notice-lost',
    summary: 'The notice of a reply never arrives; that of the next reply carries both.',
    steps: [
      customer('ann'),
      submits('ann'),
      wait('1m'),
      lost(repliesToTicket('ann')),
      wait('1m'),
      repliesToTicket('ann'),
    ],
    counts: { ann: { ...SUBMITTED, 'Replied to Ticket': '1m 2m' } },
  },
]
