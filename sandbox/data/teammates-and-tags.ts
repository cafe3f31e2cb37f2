/** The workspace's teammates, teams, tags and ticket types: small, fixed, the same in every sandbox. */
import type { Seed } from './seed.ts'

export interface AdminAccount {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly teams: readonly number[]
}

export const ADMINS: readonly AdminAccount[] = [
  { id: 9_600_001, name: 'Jo Lindqvist', email: 'jo@sandbox-shop.com', teams: [7_100_001] },
  { id: 9_600_002, name: 'Zoë O’Brien', email: 'zoe@sandbox-shop.com', teams: [7_100_001, 7_100_002] },
  { id: 9_600_003, name: 'Kenji 佐藤', email: 'kenji@sandbox-shop.com', teams: [7_100_002] },
  { id: 9_600_004, name: 'María José Ortiz', email: 'mj@sandbox-shop.com', teams: [7_100_003] },
  { id: 9_600_005, name: 'Ada', email: 'ada@sandbox-shop.com', teams: [] },
]

/** Author of bots' and Workflows' messages. Not in `GET /admins` here. */
export const FIN = { type: 'bot', id: '9600900', name: 'Fin', email: 'operator+sandbox1@intercom.io' } as const

/** Still assigned to old conversations, but no longer in `GET /admins`. */
export const FORMER_ADMIN = 9_600_099

export const TEAMS = [
  { id: 7_100_001, name: 'Support' },
  { id: 7_100_002, name: 'Returns & Exchanges' },
  { id: 7_100_003, name: 'VIP Désk' },
] as const

const TAG_NAMES = `
  VIP, Refund, Exchange, Wholesale, Newsletter, Beta tester, Complaint, Praise, Late delivery, Damaged, Sizing,
  Gift, Première commande, Rückgabe, お得意様, Loyal, At risk, Press, Influencer, B2B, Student, Black Friday, Size
  S, Size M, Size L`
export const TAGS: readonly { readonly id: string; readonly name: string }[] = TAG_NAMES.split(/,\s+/).map(
  (name, i) => ({
    id: String(1_230_001 + i),
    name: name.trim(),
  }),
)

export type StateCategory = 'submitted' | 'in_progress' | 'waiting_on_customer' | 'resolved'

/** The four of every workspace, and two custom ones within a category. */
export const STATES = [
  { id: '4510001', category: 'submitted', internal_label: 'Submitted', external_label: 'Submitted' },
  { id: '4510002', category: 'in_progress', internal_label: 'In progress', external_label: 'In progress' },
  {
    id: '4510003',
    category: 'waiting_on_customer',
    internal_label: 'Waiting on customer',
    external_label: 'Waiting on you',
  },
  { id: '4510004', category: 'resolved', internal_label: 'Resolved', external_label: 'Resolved' },
  {
    id: '4510005',
    category: 'waiting_on_customer',
    internal_label: 'Awaiting parcel',
    external_label: 'Send us the parcel',
  },
  { id: '4510006', category: 'resolved', internal_label: 'Refunded', external_label: 'Refunded' },
] as const satisfies readonly { id: string; category: StateCategory; internal_label: string; external_label: string }[]

export type TicketCategory = 'Customer' | 'Back-office' | 'Tracker'

export const TICKET_TYPES = [
  { id: '2970001', name: 'Returns', icon: '📦', category: 'Customer' },
  { id: '2970002', name: 'Délivery problem', icon: '🚚', category: 'Customer' },
  { id: '2970003', name: 'Bug report', icon: '🐞', category: 'Back-office' },
  { id: '2970004', name: 'Outage', icon: '🔥', category: 'Tracker' },
] as const satisfies readonly { id: string; name: string; icon: string; category: TicketCategory }[]

export function adminReference(admin: AdminAccount) {
  return { type: 'admin', id: String(admin.id), name: admin.name, email: admin.email }
}

/** `GET /me`. */
export function currentAdmin(seed: Seed) {
  const admin = ADMINS[0] as AdminAccount
  return {
    ...adminReference(admin),
    email_verified: true,
    app: {
      type: 'app',
      id_code: seed.workspace,
      name: 'Sandbox Shop',
      created_at: seed.from,
      secure: false,
      identity_verification: false,
      timezone: 'UTC',
      region: 'US',
    },
    avatar: {
      type: 'avatar',
      image_url: 'https://static.intercomassets.com/assets/default-avatars/admins/128.png',
    },
    has_inbox_seat: true,
  }
}

/** `GET /admins`: the current teammates, and Fin, with an address of Intercom's. */
export function adminList(seed: Seed) {
  const fin = { id: 9_600_000, name: 'Fin', email: `operator+${seed.workspace}@intercom.io`, teams: [] }
  return {
    type: 'admin.list',
    admins: [fin, ...ADMINS].map((admin) => ({
      ...adminReference(admin),
      away_mode_enabled: false,
      away_mode_reassign: false,
      has_inbox_seat: admin !== fin,
      team_ids: admin.teams,
    })),
  }
}

/** `GET /teams`. */
export function teamList() {
  const members = (team: number) => ADMINS.filter((admin) => admin.teams.includes(team)).map((admin) => admin.id)
  const teams = TEAMS.map(({ id, name }) => ({ type: 'team', id: String(id), name, admin_ids: members(id) }))
  return { type: 'team.list', teams }
}

/** `GET /tags`. */
export function tagList() {
  return { type: 'list', data: TAGS.map((tag) => ({ type: 'tag', ...tag })) }
}

/** `GET /ticket_states`. */
export function stateList(seed: Seed) {
  const types = TICKET_TYPES.map((_, i) => ticketType(seed, i))
  const data = STATES.map((state) => ({
    type: 'ticket_state',
    ...state,
    archived: false,
    ticket_types: { type: 'list', data: types.map(({ ticket_type_attributes: _, ...type }) => type) },
  }))
  return { type: 'list', data }
}

/** `GET /ticket_types`. */
export function typeList(seed: Seed) {
  const states = { type: 'list', data: STATES.map((state) => ({ type: 'ticket_state', ...state })) }
  return { type: 'list', data: TICKET_TYPES.map((_, i) => ({ ...ticketType(seed, i), ticket_states: states })) }
}

/** One ticket type as tickets carry it. */
export function ticketType(seed: Seed, index: number) {
  const type = TICKET_TYPES[index % TICKET_TYPES.length] ?? TICKET_TYPES[0]
  return {
    type: 'ticket_type',
    ...type,
    description: '',
    workspace_id: seed.workspace,
    archived: false,
    is_internal: type.category !== 'Customer',
    created_at: seed.from,
    updated_at: seed.from,
    ticket_type_attributes: { type: 'list', data: [] as const },
  }
}
