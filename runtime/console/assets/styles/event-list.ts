/** The Events page: its filter and the line of new events. */
export const eventList = `.filters { display: grid; gap: .75rem 1.25rem; }
.filters form { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 7.75rem), 1fr)); gap: .5rem .75rem; align-items: end; }
.filters form[method=post] { grid-template-columns: minmax(0, 24rem) auto; justify-content: start; }
.filters label { font-size: var(--text-sm); font-weight: 500; }
.filters :is(input, select) { margin: 0; }
.filters :is(input, select, button) { min-height: 2.625rem; }
@media (min-width: 40.01rem) { .filters form[method=get] { grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); } }
@media (min-width: 72rem) { .filters form[method=get] { grid-template-columns: repeat(4, minmax(0, 1fr)) repeat(2, 9.25rem) auto; } }
.filters form[method=get].short { grid-template-columns: minmax(0, 24rem) auto; justify-content: start; }
@media (min-width: 80rem) { .log td:is(:nth-child(2), :nth-child(3)), .log .value { white-space: nowrap; } }
.fresh { min-height: 2rem; margin: 0 0 .5rem; justify-content: space-between; }
.fresh p { margin: 0; }
.fresh a:not(.button) { display: inline-flex; gap: .375rem; align-items: center; font-weight: 600; }
.chip .soft { font-variant-numeric: tabular-nums; }
`
