/** Lists: facts, explained values, outcomes, timelines. */
export const lists = `dl.facts { display: grid; grid-template-columns: fit-content(22rem) minmax(0, 1fr); gap: .25rem 1rem; margin: 0; }
dl.facts dt { color: var(--soft); overflow-wrap: anywhere; }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
dl.facts + * { margin-top: .75rem; }
dl.explained { grid-template-columns: minmax(0, 1fr); gap: 0; }
dl.explained > div { display: grid; grid-template-columns: minmax(8rem, 20rem) minmax(0, 1fr); gap: 0 1rem; padding: .25rem 0; border-top: 1px solid var(--line); }
dl.explained > div:first-child { border-top: 0; }
dl.explained > div > dd { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; }
dl.explained > div > dd > * { flex: 1 1 100%; margin: 0; min-width: 0; }
dl.explained > div > dd > .value { flex: 0 1 auto; max-width: calc(100% - 6rem); }
dl.explained > div > dd > details:not([open]) { flex: none; margin-left: auto; }
dl.explained summary { color: var(--soft); font-size: var(--text-sm); }
.value { overflow-wrap: anywhere; white-space: pre-line; }
.expression { margin: .25rem 0 0; }
.left-out { margin-top: .5rem; }
.outcomes { list-style: none; margin: .25rem 0 .75rem; padding: 0; }
.outcomes > li { padding: .5rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.outcomes > li:first-child { border-top: 0; }
.outcomes p { margin: 0; }
.outcomes ul.plain { margin-bottom: .25rem; }
.outcomes details { margin-top: .25rem; }
.timeline { list-style: none; margin-bottom: .75rem; padding: 0; }
.timeline > li { position: relative; padding: 0 0 .75rem 1.25rem; border-left: 2px solid var(--line); margin-left: .3rem; }
.timeline > li:last-child { border-color: transparent; padding-bottom: 0; }
.timeline > li::before { content: ''; position: absolute; left: -.4rem; top: .4rem; width: .65rem; height: .65rem; border-radius: 50%; background: var(--soft); }
.timeline > li > p { margin: 0; }
.timeline dl.facts { margin: .125rem 0; }
.timeline ul { margin: .125rem 0; padding-left: 1.25rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dl.facts dd { margin-bottom: .375rem; }
  dl.explained > div { grid-template-columns: minmax(0, 1fr); }
}
`
