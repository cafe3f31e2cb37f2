/** Sentences about an import that stand in more than one place. */

export const BACKFILL_AGAIN = 'No flow starts, and nothing is counted twice.'

/** What is asked before an import begins again. */
export const RESTART = `Read all history again, from the beginning?

What this import had read and not yet sent is dropped and read anew. What was sent stays sent: each event has the same key, so nothing is counted twice. Every event is marked as history, so no flow starts.`
