/** Addresses of the pages of mappings. A name of a file may hold slashes, which some proxies refuse in a path. */
export const MAPPINGS_PATH = '/mappings'
export const FILE_PATH = '/mappings/file'
export const DRAFT_PATH = '/mappings/draft'
export const SAVE_PATH = '/mappings/save'
export const SWITCH_PATH = '/mappings/switch'
export const NEW_METRIC_PATH = '/mappings/new'
export const VERSIONS_PATH = '/mappings/versions'
export const RESTORE_PATH = '/mappings/restore'

export const fileLink = (path: string, line?: number): string =>
  `${FILE_PATH}?name=${encodeURIComponent(path)}${line === undefined ? '' : `&line=${line}`}`
export const switchLink = (metric: string): string => `${SWITCH_PATH}?metric=${encodeURIComponent(metric)}`
export const newMetricLink = (metric: string, from: string): string =>
  `${NEW_METRIC_PATH}?${new URLSearchParams({ metric, from })}`
/** Without a time, the last time that it began to run. */
export const specLink = (hash: string, at?: number): string =>
  `${VERSIONS_PATH}?spec=${hash}${at === undefined ? '' : `&at=${at}`}`
