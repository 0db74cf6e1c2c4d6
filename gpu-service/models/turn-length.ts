/** A model may answer this many times as long as its load took before it makes room for another. */
const turnPerLoad = 4

export const turnMs = { min: 250, max: 5000 }

/** The shortest stay of a model with work, after a load of that duration. */
export const turnMsAfter = (loadMs: number): number => Math.min(turnMs.max, Math.max(turnMs.min, turnPerLoad * loadMs))

/** How long turns may be for the last in line to be loaded within the limit, for however few there is room. */
export const turnMsFor = ({ waiting, held, loadMs, waitMsMax }: LineOfModels): number =>
  Math.max(turnMs.min, (waitMsMax * held) / (waiting + held) - loadMs)

interface LineOfModels {
  waiting: number
  /** How many are loaded. */
  held: number
  /** The duration of a load. */
  loadMs: number
  waitMsMax: number
}
