/** Each load is paid back with answers for this many times as long before its model makes room for another. */
const turnPerLoad = 4

export const turnMs = { min: 250, max: 5000 }

/** How long a model stays at least that has work, after a load that took so long. */
export const turnMsAfter = (loadMs: number): number => Math.min(turnMs.max, Math.max(turnMs.min, turnPerLoad * loadMs))

/** How long turns may be so that whoever is the last in a line comes in within a time, however few there is room for. */
export const turnMsFor = ({ waiting, held, loadMs, waitMsMax }: LineOfModels): number =>
  Math.max(turnMs.min, (waitMsMax * held) / (waiting + held) - loadMs)

interface LineOfModels {
  waiting: number
  /** How many are in. */
  held: number
  /** How long a load takes. */
  loadMs: number
  waitMsMax: number
}
