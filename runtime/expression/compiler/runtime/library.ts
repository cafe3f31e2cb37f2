/** Every function that generated code may call, by name. */

export {
  contextItem,
  descendants,
  eachFieldOf,
  getField,
  getFieldOfEach,
  getLastField,
  isArray,
  isRecord,
  lastFieldOf,
  lookup,
  toContext,
  wildcard,
} from './fields.ts'
export { filter, filterByTest, itemAt, itemAtKeepingArray } from './filters.ts'
export {
  applyChain,
  boolean,
  builtin,
  builtinValue,
  connectorFunctionValue,
  contains,
  count,
  exists,
  invoke,
  not,
  rejectFunctionToSort,
  rejectTailCall,
  string,
} from './functions/builtin-functions.ts'
export { itemsOfSorted, sortItems } from './functions/higher-order.ts'
export { PLACEHOLDER, partial, partialBuiltin, transform, withSignature } from './functions/partial.ts'
export { NO_CONTEXT } from './functions/signature.ts'
export { appendItems, dropUndefined, group } from './groups.ts'
export { consumeSteps, enterFunction, leaveFunction } from './limits.ts'
export { makeArray, wrapInArray } from './lists.ts'
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
  typeName,
  unequal,
} from './operators.ts'
export { regex } from './regex.ts'
export {
  fromTailCall,
  itemsOf,
  keepArray,
  keepPathArray,
  lastStep,
  lastStepKeepingArray,
  markConstructed,
  requireArray,
  step,
  stepKeepingArray,
  toRememberedArray,
  toValue,
} from './sequence.ts'
export {
  filterBlock,
  filterTuples,
  groupTuples,
  indexTuples,
  itemAtOfBlock,
  itemAtOfTuples,
  itemsOfTuples,
  keepTuples,
  rejectArray,
  sortTuples,
  stepTuples,
  tuples,
  tuplesAfter,
  tuplesOfSorted,
} from './tuple-stream.ts'
