/** Samples of tokens on the design page. */
const COLORS =
  'page card sunken line line-strong text soft accent accent-soft good good-soft warn warn-soft bad bad-soft info info-soft series-live series-history series-reconcile series-failed series-none'
const SIZES = 'xs sm base md lg xl 2xl'
const SPACES = '1 2 3 4 5 6 7'

const each = (names: string, rule: (name: string) => string): string => names.split(' ').map(rule).join('\n')

export const design = `.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 14rem), 1fr)); gap: .75rem; list-style: none; margin: 0; padding: 0; }
.samples > li { display: flex; gap: .625rem; align-items: center; }
.sample { flex: none; width: 2.5rem; height: 2.5rem; border-radius: var(--radius-sm); border: 1px solid var(--line-strong); }
.spaces { list-style: none; margin: 0; padding: 0; }
.spaces > li { display: flex; gap: 1rem; align-items: center; margin-bottom: .375rem; }
.spaces span { height: .75rem; background: var(--accent); }
${each(COLORS, (name) => `.sample-${name} { background: var(--${name}); }`)}
${each(SIZES, (name) => `.size-${name} { font-size: var(--text-${name}); line-height: 1.3; }`)}
${each(SPACES, (name) => `.space-${name} { width: var(--space-${name}); }`)}
`
