/** The script of charts: arrow keys move along the bars, which are one tab stop. */

/** Left and right go to the next column with a count, up and down through the parts of a bar, Home and End to the ends. */
export const chartKeys = `
const columnsOf = (chart) => [...chart.querySelectorAll('.slot')].filter((column) => column.querySelector('a'))
const nextInChart = (chart, link, key) => {
  const columns = columnsOf(chart)
  const column = link.closest('.slot')
  const at = columns.indexOf(column)
  const parts = [...column.querySelectorAll('a')]
  const target = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: columns.length - 1 }[key]
  if (target !== undefined) return columns[target]?.querySelector('a')
  return parts[parts.indexOf(link) + { ArrowUp: 1, ArrowDown: -1 }[key]]
}
document.addEventListener('keydown', (event) => {
  const chart = event.target.closest?.('svg[data-bars]')
  const link = event.target.closest?.('.slot a')
  if (!chart || !link || event.altKey || event.ctrlKey || event.metaKey) return
  if (!['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(event.key)) return
  event.preventDefault()
  nextInChart(chart, link, event.key)?.focus()
})
`
