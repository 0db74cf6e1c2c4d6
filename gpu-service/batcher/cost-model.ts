import { fitNonNegative } from './least-squares.ts'
import { MeasuredShapes } from './measured-shapes.ts'

export interface RunShape {
  items: number
  /** The size of the largest item, to which the others are padded. */
  longest: number
}

export type MeasuredRun = RunShape & { runMs: number }

/** The weight of a new run in the level, and how far one run may pull it, because one pause is no trend. */
const levelWeight = 0.1
const pullMax = 2
const refitEvery = 8

/** Sets of features to fit, simplest first. 0: each run, 1: each padded unit, 2: each pair of units within an item. */
const curves = [[1], [0, 1], [1, 2], [0, 1, 2]]

/**
 * Predicts the time of a run from its shape: a constant, a part per padded unit, and a part that grows with the square
 * of the length (attention). Fitted to the warm-up's runs and refined by every run since.
 */
export class CostModel {
  readonly #shapes = new MeasuredShapes()
  #curve: number[] | undefined
  /** The current run times of the machine relative to the curve. */
  #level = 1
  #learnt = 0
  #observed = 0
  /** The most items in a measured run; the curve may not hold far beyond it. */
  itemsSeen = 1
  /** Whether warm-up runs were measured. */
  isWarmedUp = false

  /** 0 until a run was measured, so that a cold model refuses nobody. */
  predictMs(shape: RunShape): number {
    return this.#curve === undefined ? 0 : this.#onCurve(shape) * this.#level
  }

  /** Learns from a warm-up run, whose time is taken as it is. */
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
    // Divided by the level, so that a busy minute does not bend the curve.
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
