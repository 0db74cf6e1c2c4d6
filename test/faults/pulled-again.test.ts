import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { objectKeys } from '../../shared/objects/keys.ts'
import { type TimedDrop, timedDrops } from './support/timed-drop.ts'

let drop: TimedDrop
timedDrops('pulled-again', (fresh) => {
  drop = fresh
})

describe('pulling a drop that was imported automatically', () => {
  it('is answered by that import as long as its version exists', async () => {
    const pulled: string[] = []
    const pull = async () => pulled.push((await drop.pull()).item.id)
    await drop.play(
      [
        [0, 'a'],
        [1, 'b'],
        [2, '_SUCCESS'],
      ],
      [[100, pull]],
    )
    const [own] = await drop.imports()
    expect(await drop.imports()).toMatchObject([{ state: 'READY', createdBy: 'drop' }])
    expect(pulled).toHaveLength(1)
    expect(await drop.answering(pulled[0])).toMatchObject({ id: own?.id, revision: own?.revision, filesTotal: 2 })
    expect(await drop.underWay()).toBe(0)

    await drop.play(
      [],
      [
        [1, drop.deleteVersion],
        [2, pull],
      ],
    )
    const [again] = await drop.imports()
    expect(await drop.imports()).toMatchObject([{ state: 'READY', createdBy: 'test' }, { createdBy: 'drop' }])
    expect(again).toMatchObject({ id: pulled[1], revision: own?.revision, filesTotal: 2, bytesHeld: 2 })
  })

  it('is answered by its failure if its version exists with other content', async () => {
    const pulled: string[] = []
    const pull = async () => pulled.push((await drop.pull()).item.id)
    await drop.play([
      [0, 'a'],
      [1, '_SUCCESS'],
    ])
    await drop.play(
      [
        [60, 'b'],
        [61, '_SUCCESS'],
      ],
      [[200, pull]],
    )
    const [failed, first] = await drop.imports()
    const failure = { code: 'version_exists' }
    expect(await drop.imports()).toMatchObject([{ state: 'FAILED', createdBy: 'drop', failure }, { state: 'READY' }])
    expect(pulled).toHaveLength(1)
    expect(await drop.answering(pulled[0])).toMatchObject({ id: failed?.id, state: 'FAILED', failure })
    expect(await drop.underWay()).toBe(0)

    await drop.play(
      [],
      [
        [1, drop.deleteVersion],
        [2, pull],
      ],
    )
    expect(await drop.imports()).toMatchObject([{ id: pulled[1], state: 'READY', filesTotal: 2 }, failed, first])
  })

  it('is unnecessary after such a failure if its marker is written again', async () => {
    await drop.play([
      [0, 'a'],
      [1, '_SUCCESS'],
    ])
    await drop.play([
      [60, 'b'],
      [61, '_SUCCESS'],
    ])
    await drop.play([[300, '_SUCCESS']])
    const failed = { state: 'FAILED', createdBy: 'drop', failure: { code: 'version_exists' } }
    expect(await drop.imports()).toMatchObject([failed, failed, { state: 'READY' }])
  })

  it('imports again if one of its blobs was lost since', async () => {
    await drop.play([
      [0, 'a'],
      [1, 'b'],
      [2, '_SUCCESS'],
    ])
    const { objects } = drop.ingest.dependencies
    const lost = objectKeys.blob(createHash('sha256').update('a').digest('hex'))
    await drop.removeObject(lost)
    await drop.play([], [[1, drop.pull]])
    const [pulled, own] = await drop.imports()
    expect(pulled).toMatchObject({ state: 'READY', revision: own?.revision, filesTotal: 2, bytesHeld: 1 })
    expect(await objects.head({ key: lost })).toMatchObject({ sizeBytes: 1 })
  })

  it('without a version transfers nothing again', async () => {
    await drop.play(
      [
        [0, 'a'],
        [1, 'b'],
        [2, '_SUCCESS'],
      ],
      [[100, () => drop.pull({ tag: undefined })]],
    )
    const [pulled, own] = await drop.imports()
    expect(await drop.imports()).toMatchObject([{ state: 'READY', createdBy: 'test' }, { createdBy: 'drop' }])
    expect(pulled).toMatchObject({ revision: own?.revision, filesTotal: 2, bytesHeld: 2 })
    expect(own).toMatchObject({ bytesHeld: 0 })
  })

  it('transfers what has changed since', async () => {
    await drop.play([
      [0, 'a'],
      [1, '_SUCCESS'],
    ])
    drop.time.nowMs += 3600_000
    await drop.write('a', 'c')
    await drop.pull({ tag: undefined })
    await drop.play([])
    const [pulled, own] = await drop.imports()
    expect(pulled).toMatchObject({ state: 'READY', createdBy: 'test', bytesHeld: 0 })
    expect(pulled?.revision).not.toBe(own?.revision)
  })
})
