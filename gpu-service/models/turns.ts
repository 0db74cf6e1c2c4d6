/** Each load is paid back with answers for this many times as long before its model makes room for another. */
const turnPerLoad = 4

export const turnMs = { min: 250, max: 5000 }

/** How long a model stays at least that has work, after a load that took so long. */
export const turnMsAfter = (loadMs: number): number => Math.min(turnMs.max, Math.max(turnMs.min, turnPerLoad * loadMs))
