/** The workspace's companies: small, fixed, the same in every sandbox. Every fifth contact belongs to one. */

const NAMES = ['Harbour Books', 'Öresund Textil AB', '佐藤商店', 'Atelier Béranger', 'Granite & Sons']

export const COMPANIES = NAMES.map((name, i) => ({
  type: 'company',
  id: `6961d175205cf6a4438f0c${(0x21 + i).toString(16)}`,
  company_id: String(7_001 + i),
  app_id: 'sandbox1',
  name,
  created_at: 1_700_000_000 + i * 86_400,
  updated_at: 1_760_000_000 + i * 86_400,
  monthly_spend: i * 250,
  session_count: 0,
  user_count: 10,
  size: (i + 1) * 12,
  website: null,
  industry: i === 0 ? 'Retail' : null,
  plan: {},
  custom_attributes: { tier: i < 2 ? 'gold' : 'silver' },
  tags: { type: 'tag.list', tags: [] as const },
  segments: { type: 'segment.list', segments: [] as const },
}))

/** The companies of contact `index`, of whom every twenty-fifth has two. */
export function companiesOf(index: number): typeof COMPANIES {
  if (index % 5 !== 0) return []
  const first = (index / 5) % COMPANIES.length
  const count = index % 25 === 0 ? 2 : 1
  return COMPANIES.filter((_, i) => (i - first + COMPANIES.length) % COMPANIES.length < count)
}
