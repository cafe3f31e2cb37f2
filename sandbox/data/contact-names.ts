/** Names, places and phone numbers as people type them: the variety of real contacts, as tables. */

export interface Country {
  readonly name: string
  /** Intercom returns mostly alpha-2, in some workspaces alpha-3. */
  readonly codes: readonly [alpha2: string, alpha3: string]
  readonly continent: string
  readonly places: readonly (readonly [city: string, region: string | null])[]
  /** `#` is a digit. With +, with 00, and national: a national number needs its country. */
  readonly phones: readonly string[]
}

export const COUNTRIES: readonly Country[] = [
  {
    name: 'United States',
    codes: ['US', 'USA'],
    continent: 'NA',
    places: [
      ['New York', 'New York'],
      ['Portland', 'Oregon'],
    ],
    phones: ['+1 (212) 736-5###', '503-228-4###', '(212) 736 5###'],
  },
  {
    name: 'Canada',
    codes: ['CA', 'CAN'],
    continent: 'NA',
    places: [
      ['Montréal', 'Quebec'],
      ['Toronto', 'Ontario'],
    ],
    phones: ['+1 514-872-0###', '(416) 338-0###'],
  },
  {
    name: 'United Kingdom',
    codes: ['GB', 'GBR'],
    continent: 'EU',
    places: [
      ['London', 'England'],
      ['Leeds', null],
    ],
    phones: ['+44 7400 123###', '07400 123 ###', '0044 7400 123###'],
  },
  {
    name: 'Germany',
    codes: ['DE', 'DEU'],
    continent: 'EU',
    places: [
      ['Köln', 'Nordrhein-Westfalen'],
      ['Berlin', 'Berlin'],
    ],
    phones: ['+49 1512 3456###', '01512 / 3456 ###', '0049 1512 3456###'],
  },
  {
    name: 'France',
    codes: ['FR', 'FRA'],
    continent: 'EU',
    places: [
      ['Paris', 'Île-de-France'],
      ['Lyon', 'Auvergne-Rhône-Alpes'],
    ],
    phones: ['+33 6 12 34 5# ##', '06 12 34 5# ##', '06.12.34.5#.##'],
  },
  {
    name: 'Australia',
    codes: ['AU', 'AUS'],
    continent: 'OC',
    places: [['Sydney', 'New South Wales']],
    phones: ['+61 412 345 ###', '0412 345 ###'],
  },
  {
    name: 'Japan',
    codes: ['JP', 'JPN'],
    continent: 'AS',
    places: [['東京', '東京都']],
    phones: ['+81 90-1234-5###', '090-1234-5###'],
  },
]

/** Entries of phone fields that cannot be converted to a number. */
export const INVALID_PHONES: readonly string[] = ['12345', '+1 555', 'n/a', 'call me', '+999 123 456 789', '0000000000']

export const FIRST_NAMES: readonly string[] =
  'Ann|Bob|Zoë|Jürgen|José|Léa|Chloé|Mohammed|Priya|Kenji|Olga|Björn|Sinéad|Wei|Fatima|Luca|Noa|Tom|Max'.split('|')
export const LAST_NAMES: readonly string[] = `
  Miller, O’Brien, Müller, García, Dubois, 佐藤, Novák, van der Berg, Smith-Jones, Åkesson, Khan, Rossi,
  Kim, Lee, da Silva, Öztürk`
  .trim()
  .split(/,\s+/)

/** Some clients store names escaped. */
export const ESCAPED_NAMES: readonly string[] = [
  'Phone &amp; SMS',
  'Zo&euml; O&#39;Brien',
  'Tom &lt;shop&gt; Reed',
  'Ann &amp; Bob Miller',
]

export const PSEUDONYM_PICTURES: readonly string[] = ['orange-panda', 'green-otter', 'violet-fox'].map(
  (name) => `https://static.intercomassets.com/app/pseudonym_avatars_2019/${name}.png`,
)
