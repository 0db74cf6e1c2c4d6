import { describe, expect, it } from 'vitest'
import { type TimedDrop, timedDrops } from './support/timed-drop.ts'

let drop: TimedDrop
timedDrops('once', (fresh) => {
  drop = fresh
})

describe('a drop whose files arrive one by one', () => {
  it.each<[string, [number, string][]]>([
    [
      'with its marker last',
      [
        [0, 'a'],
        [20, 'b'],
        [45, 'c'],
        [46, '_SUCCESS'],
      ],
    ],
    [
      'with its marker first',
      [
        [0, '_SUCCESS'],
        [0.2, 'a'],
        [20, 'b'],
        [60, 'c'],
      ],
    ],
    [
      'with its marker among them',
      [
        [0, 'a'],
        [30, '_SUCCESS'],
        [30.1, 'b'],
        [80, 'c'],
      ],
    ],
    [
      'without a marker',
      [
        [0, 'a'],
        [59, 'b'],
        [118, 'c'],
      ],
    ],
    [
      'and whose marker comes after the quiet time',
      [
        [0, 'a'],
        [1, 'b'],
        [2, 'c'],
        [200, '_SUCCESS'],
      ],
    ],
  ])('is one import of all of them, %s', async (_, files) => {
    await drop.play(files)
    expect(await drop.imports()).toMatchObject([{ state: 'READY', tag: 'v1', filesTotal: 3 }])
  })

  it.each<[string, [number, string, number?][]]>([
    [
      'whose marker came before the largest was there',
      [
        [0, 'model.onnx', 63],
        [1, 'config.json'],
        [2, '_SUCCESS'],
      ],
    ],
    [
      'which take longer than the quiet time',
      [
        [0, 'model.onnx', 500],
        [1, 'config.json'],
      ],
    ],
  ])('is one import of all of them if some are uploaded in parts, %s', async (_, files) => {
    await drop.play(files)
    expect(await drop.imports()).toMatchObject([{ state: 'READY', filesTotal: 2 }])
    drop.time.nowMs = drop.time.startMs
    drop.repo = `${drop.repo}-pulled`
    await drop.play(files, [[3, drop.pull]])
    expect(await drop.imports()).toMatchObject([{ state: 'READY', filesTotal: 2, createdBy: 'test' }])
  })

  it('is checked as soon as its upload may be over, even if a later check was planned', async () => {
    await drop.play([
      [0, 'config.json'],
      [1, 'model.onnx', 20],
      [2, '_SUCCESS'],
    ])
    const [item] = await drop.imports()
    expect(await drop.imports()).toMatchObject([{ state: 'READY', filesTotal: 2 }])
    // A tenth of the quiet time apart, rather than at its end.
    expect(drop.time.secondsTo(item?.updatedAt)).toBeLessThan(30)
  })

  it('is one import including a file that arrives between the decision and the listing', async () => {
    await drop.play([
      [0, 'a'],
      [60.5, 'b'],
    ])
    expect(await drop.imports()).toMatchObject([{ state: 'READY', filesTotal: 2 }])
  })

  it('is tried again if it failed and its marker is written again', async () => {
    const begin = drop.ingest.dependencies.openSource
    drop.ingest.dependencies.openSource = (item) => ({
      ...begin(item),
      list: async () => {
        throw new RangeError('the disk is full')
      },
    })
    await drop.play([
      [0, 'a'],
      [1, '_SUCCESS'],
    ])
    drop.ingest.dependencies.openSource = begin
    expect(await drop.imports()).toMatchObject([{ state: 'FAILED' }])
    await drop.play([[100, '_SUCCESS']])
    expect((await drop.imports()).map(({ state }) => state)).toEqual(['READY', 'FAILED'])
  })
})
