import { fitNonNegative } from './least-squares.ts'
import { MeasuredShapes } from './measured-shapes.ts'

export interface RunShape {
  items: number
  /** The size of the largest, to which the others are padded. */
  longest: number
}

export type MeasuredRun = RunShape & { runMs: number }

/** How fast old runs fade from the curve's level, and how far one run may pull: a pause is no trend. */
const levelWeight = 0.1
const pullMax = 2
const refitEvery = 8

/** Of features 0 (any run), 1 (each padded unit), 2 (each pair of units within an item): plainer curves first. */
const curves = [[1], [0, 1], [1, 2], [0, 1, 2]]

/**
 * How long a run of a shape will take: a part that every run has, a part for each padded unit, and one for what grows
 * with the square of the length. Fitted to the warm-up's runs, refined by every run since.
 */
export class CostModel {
  readonly #shapes = new MeasuredShapes()
  #curve: number[] | undefined
  /** What the machine takes now, against the curve. */
  #level = 1
  #learnt = 0
  #observed = 0
  /** The most items that a measured run had: nobody knows whether the curve holds far beyond. */
  itemsSeen = 1
  /** Whether runs were made to be learnt from. */
  isWarmedUp = false

  /** Zero until a run was measured: a cold model refuses nobody. */
  predictMs(shape: RunShape): number {
    return this.#curve === undefined ? 0 : this.#onCurve(shape) * this.#level
  }

  /** A run made to be learnt from is believed as it is. */
  learn(run: MeasuredRun): void {
    this.isWarmedUp = true
    this.#learn(run)
  }

  observe({ runMs, ...shape }: MeasuredRun): void {
    const onCurve = this.#curve === undefined ? 0 : this.#onCurve(shape)
    if (onCurve === 0 || this.#learnt < 3) {
      this.#learn({ ...shape, runMs })
      return
    }
    const ratio = clamp(runMs / onCurve, this.#level / pullMax, this.#level * pullMax)
    // The level is taken off, so that a busy minute does not bend the curve.
    this.#add(shape, (onCurve * ratio) / this.#level)
    this.#level += levelWeight * (ratio - this.#level)
    if (++this.#observed % refitEvery === 0) this.#fit()
  }

  #learn({ runMs, ...shape }: MeasuredRun): void {
    this.#learnt++
    this.#add(shape, Math.max(runMs, 0.001))
    this.#fit()
  }

  #add({ items, longest }: RunShape, runMs: number): void {
    this.itemsSeen = Math.max(this.itemsSeen, items)
    this.#shapes.add({ items, longest, runMs })
  }

  #fit(): void {
    this.#curve = fitNonNegative(this.#shapes.sums(), curves) ?? this.#curve
  }

  #onCurve({ items, longest }: RunShape): number {
    const [run = 0, unit = 0, square = 0] = this.#curve ?? []
    return run + items * longest * (unit + square * longest)
  }
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))
