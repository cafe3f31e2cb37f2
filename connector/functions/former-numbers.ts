/**
 * Numbers as countries wrote them before a change of their numbering plan. WhatsApp, address books and old shop systems
 * still do. Each row is the regulator's own rule and gives one subscriber one number; where a rule depends on the
 * operator (Côte d'Ivoire), there is no row.
 */

interface Rule {
  /** Matches a whole national number without its trunk prefix. */
  readonly former: RegExp
  readonly current: string | ((...groups: string[]) => string)
}

/** Vietnam, 2018: the three digits of an operator in eleven-digit mobile numbers become two. */
const VIETNAM: Readonly<Record<string, string>> = {
  ...{ 120: '70', 121: '79', 122: '77', 126: '76', 128: '78' },
  ...{ 123: '83', 124: '84', 125: '85', 127: '81', 129: '82' },
  ...{ 162: '32', 163: '33', 164: '34', 165: '35', 166: '36', 167: '37', 168: '38', 169: '39' },
  ...{ 186: '56', 188: '58', 199: '59' },
}

/** By country calling code. */
const RULES: Readonly<Record<string, readonly Rule[]>> = {
  // Mexico, 2019: ten digits for every call; 1 (from abroad), 044, 045 (mobile) and 01 (trunk) are gone.
  52: [{ former: /^(?:0?1|04[45])(\d{10})$/, current: '$1' }],
  // Argentina: 9 in place of the domestic 15 of mobiles, never both, and no trunk 0 after it.
  54: [
    { former: /^90?(\d{12})$/, current: '$1' },
    { former: /^90(\d{10})$/, current: '9$1' },
  ],
  // Brazil, 2012 to 2016: a ninth digit before every mobile number; landlines begin with 2 to 5. Trunked radio (7) keeps eight.
  55: [{ former: /^([1-9][1-9])([689]\d{7})$/, current: '$19$2' }],
  // Colombia, 2021: 60 before every landline.
  57: [{ former: /^([124-8]\d{7})$/, current: '60$1' }],
  84: [
    {
      former: /^(1[2689]\d)(\d{7})$/,
      current: (_, operator = '', rest = '') => `${VIETNAM[operator] ?? operator}${rest}`,
    },
  ],
  // Benin, 2024: 01 before every number.
  229: [{ former: /^(\d{8})$/, current: '01$1' }],
}

/** A former national number in its present forms. The caller accepts those that are valid. */
export function currentNumbers(callingCode: string, national: string): readonly string[] {
  const rules = RULES[callingCode]?.filter(({ former }) => former.test(national)) ?? []
  return rules.map(({ former, current }) =>
    typeof current === 'string' ? national.replace(former, current) : national.replace(former, current),
  )
}
