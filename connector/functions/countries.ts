/** Finds the alpha-2 code of a country as a person, Intercom or ISO 3166 writes it. */
import { memoize } from './memoize.ts'

/** Alpha-3 followed by alpha-2, for every ISO 3166-1 country with telephones, and Kosovo's XK. */
const ALPHA_3 = `
  ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATGAG AUSAU AUTAT AZEAZ BDIBI BELBE BENBJ BESBQ
  BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT BWABW CAFCF CANCA CCKCC
  CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE
  DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA
  GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HNDHN
  HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE JORJO JPNJP KAZKZ KENKE
  KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF
  MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU
  MWIMW MYSMY MYTYT NAMNA NCLNC NERNE NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PERPE
  PHLPH PLWPW PNGPG POLPL PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG
  SHNSH SJMSJ SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY
  TCATC TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA URYUY USAUS
  UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS XKXXK YEMYE ZAFZA ZMBZM ZWEZW
`

/** English names missing from CLDR, the platform's list: ISO 3166's forms, older and everyday ones. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  BN: 'brunei darussalam',
  BQ: 'bonaire; bonaire, sint eustatius and saba',
  CD: 'congo, the democratic republic of the; democratic republic of congo; dr congo',
  CG: 'congo; congo republic; republic of congo',
  CI: 'ivory coast',
  CV: 'cabo verde',
  CZ: 'czech republic',
  GB: 'great britain; england; scotland; wales; northern ireland',
  IE: 'republic of ireland',
  KP: "korea, democratic people's republic of; democratic people's republic of korea",
  KR: 'korea, republic of; republic of korea; korea',
  LA: "lao people's democratic republic",
  LY: 'libyan arab jamahiriya',
  MK: 'macedonia; republic of north macedonia',
  MM: 'burma',
  MO: 'macau',
  PS: 'palestine, state of; palestinian territory',
  RU: 'russian federation',
  SY: 'syrian arab republic',
  SZ: 'swaziland',
  TL: 'east timor',
  TR: 'turkey',
  US: 'united states of america',
  VA: 'holy see; vatican',
  VG: 'virgin islands, british',
  VI: 'virgin islands, u.s.; united states virgin islands',
  VN: 'viet nam',
}

let codes: ReadonlyMap<string, string> | undefined

/**
 * The alpha-2 code of a country given as alpha-2 (`IE`), alpha-3 (`IRL`) or English name (`Ireland`), in any case.
 * Undefined for anything else. Codes take precedence over names: `CAN` is Canada.
 */
export const countryCode = memoize(1_000, (text): string | undefined => {
  codes ??= buildIndex()
  const name = simplify(text)
  // ISO puts the qualifier last: "Bolivia, Plurinational State of".
  return codes.get(name) ?? codes.get(name.replace(/,.*/, ''))
})

/** Code by simplified name. Built on first use. */
function buildIndex(): ReadonlyMap<string, string> {
  const pairs = ALPHA_3.trim()
    .split(/\s+/)
    .map((word) => [word.slice(0, 3), word.slice(3)] as const)
  const names = (['long', 'short'] as const).map((style) => new Intl.DisplayNames('en', { type: 'region', style }))

  const codeByName = new Map<string, string>()
  for (const [alpha3, alpha2] of pairs) {
    const otherNames = OTHER_NAMES[alpha2]?.split(';') ?? []
    const spellings = [alpha2, alpha3, ...names.map((list) => list.of(alpha2) ?? alpha2), ...otherNames]
    for (const name of spellings) codeByName.set(simplify(name), alpha2)
  }
  return codeByName
}

/** Makes "St. Kitts & Nevis", "Saint Kitts and Nevis" and "SAINT KITTS AND NEVIS" equal. */
function simplify(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replace(/\bst\.? /g, 'saint ')
    .replaceAll('’', "'")
    .replace(/\bu\.s\./g, 'us')
    .replace(/\(.*?\)|\bthe\b/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}
