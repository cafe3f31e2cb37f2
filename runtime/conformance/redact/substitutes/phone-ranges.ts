/**
 * Telephone numbers set aside for fiction, by country, in ranges that libphonenumber accepts. `#` is a digit.
 *
 * Sources: NANPA (555-0100 to 555-0199), Ofcom "Telephone numbers for use in TV and radio drama programmes", ACMA "Phone
 * numbers for use in TV shows, films and creative works", Bundesnetzagentur "Rufnummern für Medienproduktionen", Arcep decision 2018-0881,
 * PTS "Telefonnummer för böcker och filmer". Ofcom's 07700 900### and ComReg's 020 91# #### are not valid to
 * libphonenumber, so their countries use the numbers of other places.
 */
const NORTH_AMERICAN_AREAS: Readonly<Record<string, string>> = {
  US: '201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 253 254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 325 330 334 336 337 347 351 352 360 361',
  CA: '204 226 236 250 289 306 343 403 416 418 431 437 438 450 506 514 519 579 581 587 604 613 647 705 709 778 780 807 819 867 873 902 905',
}

const RANGES: Readonly<Record<string, readonly string[]>> = {
  GB: [
    '+44207946####',
    ...['113', '114', '116', '117', '118', '121', '131', '141', '151', '161'].map((area) => `+44${area}4960###`),
    '+441914980###',
    '+442896496###',
    '+442920180###',
  ],
  AU: ['2', '3', '7', '8'].flatMap((area) => [`+61${area}5550####`, `+61${area}7010####`]),
  DE: ['+493023125###', '+496990009###', '+494066969###', '+492214710###', '+498999998###'],
  FR: ['+331990#####', '+3326191####', '+3335301####', '+3346571####', '+3353649####'],
  SE: ['+4684650040#', '+469803192##', '+464062804##'],
}

/** Where a country has none. */
export const FALLBACK_COUNTRY = 'GB'

/** Patterns of the numbers of a country, or undefined. */
export function rangesOf(country: string): readonly string[] | undefined {
  const areas = NORTH_AMERICAN_AREAS[country]
  return areas === undefined ? RANGES[country] : areas.split(' ').map((area) => `+1${area}55501##`)
}

const ALL = new RegExp(
  `^(?:${Object.values(RANGES)
    .flat()
    .map((range) => range.replace('+', '\\+').replaceAll('#', '\\d'))
    .join('|')}|\\+1\\d{3}55501\\d\\d|\\+447700900\\d{3}|\\+441632960\\d{3})$`,
)

export const isFictionNumber = (e164: string): boolean => ALL.test(e164)
