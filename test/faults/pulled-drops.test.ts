import { describe, expect, it } from 'vitest'
import { type TimedDrop, timedDrops } from './support/timed-drop.ts'

let drop: TimedDrop
timedDrops('pulled', (fresh) => {
  drop = fresh
})

describe('a pull of a drop', () => {
  it('waits for its marker, and is one import', async () => {
    const seen: (string | undefined)[] = []
    const look = async () => seen.push((await drop.imports())[0]?.waitsUntil)
    await drop.play(
      [
        [0, 'a'],
        [30, 'b'],
        [50, '_SUCCESS'],
      ],
      [
        [1, drop.pull],
        [10, look],
        [40, look],
      ],
    )
    const [item] = await drop.imports()
    expect(await drop.imports()).toMatchObject([{ state: 'READY', filesTotal: 2, createdBy: 'test' }])
    expect(seen.map(drop.time.secondsTo)).toEqual([60, 90])
    expect(drop.time.secondsTo(item?.updatedAt)).toBeLessThan(54)
  })

  it('waits until nothing of it has changed for the quiet time', async () => {
    await drop.play(
      [
        [0, 'a'],
        [40, 'b'],
      ],
      [[1, drop.pull]],
    )
    const [item] = await drop.imports()
    expect(await drop.imports()).toMatchObject([{ state: 'READY', filesTotal: 2 }])
    expect(drop.time.secondsTo(item?.updatedAt)).toBeGreaterThanOrEqual(100)
  })

  it('does not wait if asked to take what is there', async () => {
    await drop.play([[0, 'a']], [[1, () => drop.pull({ awaitsDrop: false })]])
    const [item] = await drop.imports()
    expect(await drop.imports()).toMatchObject([{ state: 'READY', filesTotal: 1 }])
    expect(drop.time.secondsTo(item?.updatedAt)).toBe(1)
  })

  it('is checked by only one of duplicate messages, and again after a loss', async () => {
    const looks = () => drop.time.due.length
    const twice = async () => {
      const { item } = await drop.pull()
      for (let again = 0; again < 5; again++)
        drop.time.after(0, () => drop.ingestQueue.send({ message: { step: 'plan', importId: item.id, attempt: 1 } }))
    }
    const counted: number[] = []
    const lose = async () => {
      counted.push(looks())
      drop.time.due = []
    }
    await drop.play(
      [[0, 'a']],
      [
        [1, twice],
        [20, lose],
      ],
    )
    // One check of the import, and one of the watcher.
    expect(counted).toEqual([2])
    expect(await drop.imports()).toMatchObject([{ state: 'PENDING' }])
    drop.time.nowMs += 1000 * 1000
    const [item] = await drop.imports()
    await drop.ingestQueue.send({ message: { step: 'plan', importId: item?.id ?? '', attempt: 1 } })
    await drop.play([])
    expect(await drop.imports()).toMatchObject([{ state: 'READY' }])
  })

  it.each(['is lost', 'is sent, and only the answer lost'])(
    'is still checked by exactly one message if the message for its next check %s',
    async (how) => {
      const { send } = drop.ingestQueue
      let breaks = 1
      drop.ingestQueue.send = async (request) => {
        const isLook = (request.delaySeconds ?? 0) > 1.5
        if (!isLook || breaks-- <= 0) return send(request)
        if (how !== 'is lost') await send(request)
        throw new Error('the connection was lost')
      }
      const looks: number[] = []
      const count = async () => looks.push(drop.time.due.length)
      await drop
        .play(
          [
            [0, 'a'],
            [30, 'b'],
          ],
          [
            [1, drop.pull],
            [20, count],
          ],
        )
        .finally(() => {
          drop.ingestQueue.send = send
        })
      // One check of the import, one of the watcher, and the file still to come.
      expect([breaks < 1, looks]).toEqual([true, [3]])
      expect(await drop.imports()).toMatchObject([{ state: 'READY', filesTotal: 2, createdBy: 'test' }])
    },
  )

  it('fails at once if it is empty', async () => {
    await drop.play([], [[0, drop.pull]])
    expect(await drop.imports()).toMatchObject([{ state: 'FAILED', failure: { code: 'nothing_to_import' } }])
    expect(drop.time.secondsTo((await drop.imports())[0]?.updatedAt)).toBe(0)
  })
})
