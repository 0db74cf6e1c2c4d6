import { errors } from '../../../shared/errors.ts'
import type { TensorData, TensorType } from '../../engine/engine.ts'
import { arrays, type NumericType } from '../../engine/tensor-types.ts'

/** Fills a tensor element by element. */
export interface TensorFiller {
  /** @throws AppError `invalid_input` naming the element at fault */
  add(value: unknown): void
  readonly count: number
  readonly data: TensorData
}

const ranges: Partial<Record<TensorType, readonly [number, number]>> = {
  int8: [-128, 127],
  int16: [-32_768, 32_767],
  int32: [-2_147_483_648, 2_147_483_647],
  uint8: [0, 255],
  uint16: [0, 65_535],
  uint32: [0, 4_294_967_295],
}

const bigRanges: Partial<Record<TensorType, readonly [bigint, bigint]>> = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
}

/** Accepts elements in JSON: numbers, texts, true and false. JSON has no NaN or infinity. */
export function createFiller({ type, length, param }: FillerOptions): TensorFiller {
  const fault = (index: number, value: unknown, wanted: string) =>
    errors.invalidInput(`"${param}[${index}]" is ${described(value)}; ${wanted}.`, param)
  return type === 'string' ? stringFiller(fault, param) : numberFiller({ type, length, fault })
}

interface FillerOptions {
  type: TensorType
  length: number
  param: string
}

type Fault = (index: number, value: unknown, wanted: string) => Error

function stringFiller(fault: Fault, param: string): TensorFiller {
  const data: string[] = []
  return {
    data,
    get count() {
      return data.length
    },
    add(value) {
      if (typeof value !== 'string') throw fault(data.length, value, 'every element must be a text')
      if (!value.isWellFormed()) throw errors.halfCharacter(`${param}[${data.length}]`)
      data.push(value)
    },
  }
}

function numberFiller({ type, length, fault }: { type: NumericType; length: number; fault: Fault }): TensorFiller {
  const data = new arrays[type](length)
  const put = putter(type, fault)
  const half = type === 'float16' ? new Float16Array(data.buffer) : undefined
  const target = (half ?? data) as { [index: number]: number | bigint }
  let count = 0
  return {
    data,
    get count() {
      return count
    },
    add(value) {
      const element = put(count, value)
      if (count < length) target[count] = element
      count++
    },
  }
}

function putter(type: NumericType, fault: Fault): (index: number, value: unknown) => number | bigint {
  if (type === 'bool')
    return (index, value) => {
      if (value === true || value === 1) return 1
      if (value === false || value === 0) return 0
      throw fault(index, value, 'every element must be true or false')
    }
  const big = bigRanges[type]
  if (big !== undefined)
    return (index, value) => {
      if (typeof value !== 'bigint' && !Number.isInteger(value))
        throw fault(index, value, 'every element must be a whole number')
      const whole = BigInt(value as number | bigint)
      if (whole < big[0] || whole > big[1]) throw fault(index, value, `every element must fit ${type}`)
      return whole
    }
  const range = ranges[type]
  if (range !== undefined)
    return (index, value) => {
      if (typeof value !== 'number' || !Number.isInteger(value))
        throw fault(index, value, 'every element must be a whole number')
      if (value < range[0] || value > range[1]) throw fault(index, value, `every element must fit ${type}`)
      return value
    }
  const round = type === 'float32' ? Math.fround : type === 'float16' ? Math.f16round : Number
  return (index, value) => {
    if (typeof value !== 'number' && typeof value !== 'bigint')
      throw fault(index, value, 'every element must be a number')
    const number = Number(value)
    if (!Number.isFinite(round(number))) throw fault(index, value, `it is too large for ${type}`)
    return number
  }
}

const described = (value: unknown): string =>
  value === null
    ? 'null, which stands for NaN and infinity in JSON'
    : typeof value === 'string'
      ? 'a text'
      : typeof value === 'object'
        ? 'a list or an object'
        : String(value)
