/** All that generated code may call, by name. */

export { descendants, each, end, isArray, lookup, one, self, wildcard } from './fields.ts'
export { at, atKept, filter, where } from './filters.ts'
export { compare, sorted, sortedItems } from './functions/higher-order.ts'
export {
  boolean,
  connectedValue,
  contains,
  count,
  exists,
  invoke,
  native,
  nativeValue,
  not,
  pipe,
  rejectFunctionToSort,
  rejectTailCall,
  string,
} from './functions/natives.ts'
export { HOLE, partial, partialNative, signed, transform } from './functions/partial.ts'
export { NO_CONTEXT } from './functions/signature.ts'
export { compact, gather, group } from './groups.ts'
export { enter, leave } from './limits.ts'
export { boxed, list } from './lists.ts'
export {
  add,
  concat,
  divide,
  equal,
  greater,
  greaterOrEqual,
  isIn,
  less,
  lessOrEqual,
  multiply,
  negate,
  range,
  remainder,
  subtract,
  truthy,
  type,
  unequal,
} from './operators.ts'
export { regex } from './regex.ts'
export {
  construct,
  fromTailCall,
  itemsOf,
  keep,
  keepPath,
  last,
  lastKeepingArray,
  mustBeList,
  step,
  stepKept,
  toRememberedArray,
  value,
} from './sequence.ts'
export {
  atMade,
  atRows,
  filterMade,
  filterRows,
  groupRows,
  itemsOfRows,
  keepRows,
  noList,
  numberRows,
  rows,
  rowsAfter,
  sortedRows,
  sortRows,
  stepRows,
} from './tuple-stream.ts'
