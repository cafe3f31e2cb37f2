/** The stylesheet: one file for each area, in this order. */
import { activity } from './styles/activity.ts'
import { base } from './styles/base.ts'
import { charts } from './styles/charts.ts'
import { code } from './styles/code.ts'
import { design } from './styles/design.ts'
import { editing } from './styles/editing.ts'
import { eventList } from './styles/event-list.ts'
import { events } from './styles/events.ts'
import { forms } from './styles/forms.ts'
import { frame } from './styles/frame.ts'
import { lists } from './styles/lists.ts'
import { pieces } from './styles/pieces.ts'
import { print } from './styles/print.ts'
import { setup } from './styles/setup.ts'
import { tables } from './styles/tables.ts'
import { tokens } from './styles/tokens.ts'

export const style = [
  tokens,
  base,
  forms,
  pieces,
  frame,
  lists,
  tables,
  setup,
  charts,
  activity,
  code,
  eventList,
  events,
  editing,
  design,
  print,
].join('\n')
