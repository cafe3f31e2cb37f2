/** What charts use of d3: readable steps of an axis, and the calendar. The build makes one small file of it. */
export { nice, ticks } from 'd3-array'
export { utcDay, utcHour, utcMonday } from 'd3-time'
