/** Fewer ways to match one string cost no more than a step already counts for. */
export const FEW_WAYS = 16
