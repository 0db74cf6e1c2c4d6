import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DropMessage, encodeEventKey } from '../../functions/drop/drop-message.ts'
import { handleDrop } from '../../functions/drop/handle-drop.ts'
import { handleMessage } from '../../functions/ingest/handle-message.ts'
import { createDropSource } from '../../functions/ingest/sources/drop.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import { startImport } from '../../shared/ingest/start-import.ts'
import { createLogger } from '../../shared/log.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import { tableAccess } from '../../shared/table/access.ts'
import { listImports } from '../../shared/table/imports.ts'
import { guardedTable } from '../support/guarded-table.ts'
import { type Lab, type Store, startLab } from './support/lab.ts'
import { IngestProcess } from './support/process.ts'

const quietSeconds = 60

let lab: Lab
let store: Store
let ingest: IngestProcess
let repo: string
let runs = 0
let clockMs: number
let startMs: number
/** Every message that is to come, of either queue, by when. */
let due: { atMs: number; run: () => Promise<void> }[]
/** When each file came, by the clock of the test. */
let puts: Map<string, number>
/** Uploads in parts that were begun and not completed, and when. */
let uploading: Map<string, number>

beforeAll(async () => {
  lab = await startLab()
})
afterAll(() => lab.close())
beforeEach(async () => {
  store = await lab.newStore()
  ingest = new IngestProcess({ lab, store })
  repo = `acme/once-${++runs}`
  ingest.dependencies.openSource = () => createDropSource({ objects: objects(), repo, version: 'v1' })
  startMs = clockMs = Date.parse('2026-11-20T12:00:00.000Z')
  due = []
  puts = new Map()
  uploading = new Map()
})
afterEach(() => ingest.close())

const now = () => new Date(clockMs)
/** The folder with the times of the test. */
const objects = (): ObjectStore => ({
  ...store.objects,
  async list(request) {
    const page = await store.objects.list(request)
    const timed = page.objects.map((info) => ({ ...info, modifiedAt: new Date(puts.get(info.key) ?? clockMs) }))
    return { ...page, objects: timed }
  },
  uploads: {
    ...store.objects.uploads,
    open: async () => Array.from(uploading, ([key, atMs]) => ({ key, startedAt: new Date(atMs) })),
  },
})
const after = (delaySeconds: number, run: () => Promise<void>) => {
  due.push({ atMs: clockMs + delaySeconds * 1000, run })
}
const queueOf = <Message>(work: (message: Message) => Promise<void>) => ({
  send: async ({ message, delaySeconds = 0 }: { message: Message; delaySeconds?: number }) =>
    after(delaySeconds, () => work(message)),
  sendMany: async ({ messages }: { messages: readonly Message[] }) => {
    for (const message of messages) after(0, () => work(message))
  },
})
const ingestQueue = queueOf<IngestMessage>(async (message) => {
  const delivery = { receiveCount: 1, signal: new AbortController().signal }
  const steps = { ...ingest.dependencies, queue: ingestQueue, objects: objects(), now }
  const limits = { ...steps.limits, dropQuietSeconds: quietSeconds }
  await handleMessage(message, delivery, { ...steps, limits })
})
const dropQueue = queueOf<DropMessage>((message) => watch(message))
const watch = (message: unknown): Promise<void> =>
  handleDrop(message, {
    table: guardedTable(lab.table, tableAccess.drop),
    objects: objects(),
    ingest: ingestQueue,
    drops: dropQueue,
    quietSeconds,
    log: createLogger({ level: 'silent' }),
    now,
  })

/**
 * Puts files at seconds after the start, each told of half a second later, and lets all of it come to its end. One that
 * takes seconds is put in parts, and has as on S3 the time at which it was begun.
 */
async function play(
  files: [atSeconds: number, path: string, uploadSeconds?: number][],
  others: [number, () => Promise<unknown>][] = [],
) {
  for (const [seconds, path, uploadSeconds = 0] of files) {
    const key = `drop/${repo}/v1/${path}`
    const beganMs = clockMs + seconds * 1000
    if (uploadSeconds > 0) after(seconds, async () => void uploading.set(key, beganMs))
    after(seconds + uploadSeconds, async () => {
      await mkdir(dirname(join(store.root, key)), { recursive: true })
      await writeFile(join(store.root, key), path)
      await utimes(join(store.root, key), now(), now())
      uploading.delete(key)
      puts.set(key, uploadSeconds > 0 ? beganMs : clockMs)
      after(0.5, () => watch({ Records: [{ s3: { object: { key: encodeEventKey(key) } } }] }))
    })
  }
  for (const [seconds, act] of others) after(seconds, async () => void (await act()))
  for (let steps = 0; due.length > 0; steps++) {
    if (steps > 2000) throw new Error('it does not come to an end')
    due.sort((one, other) => one.atMs - other.atMs)
    const next = due.shift()
    clockMs = Math.max(clockMs, next?.atMs ?? 0)
    await next?.run()
  }
}
const imports = async () => (await listImports(lab.table, { limit: 100 })).items.filter((item) => item.repo === repo)
const pull = (more: object = {}) =>
  startImport({
    table: lab.table,
    queue: ingestQueue,
    source: { kind: 's3-drop', repo, version: 'v1' },
    repo,
    tag: 'v1',
    awaitsDrop: true,
    createdBy: 'test',
    now: now(),
    ...more,
  })
const secondsTo = (text: string | undefined) => (Date.parse(text ?? '') - startMs) / 1000

describe('a drop whose files come one by one', () => {
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
    await play(files)
    expect(await imports()).toMatchObject([{ state: 'READY', tag: 'v1', filesTotal: 3 }])
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
  ])('is one import of all of them when some are uploaded in parts, %s', async (_, files) => {
    await play(files)
    expect(await imports()).toMatchObject([{ state: 'READY', filesTotal: 2 }])
    clockMs = startMs
    repo = `${repo}-pulled`
    await play(files, [[3, pull]])
    expect(await imports()).toMatchObject([{ state: 'READY', filesTotal: 2, createdBy: 'test' }])
  })

  it('is looked at as soon as its upload may be over, though a later look was to come', async () => {
    await play([
      [0, 'config.json'],
      [1, 'model.onnx', 20],
      [2, '_SUCCESS'],
    ])
    const [item] = await imports()
    expect(await imports()).toMatchObject([{ state: 'READY', filesTotal: 2 }])
    // A tenth of the quiet time apart, and not at the end of it.
    expect(secondsTo(item?.updatedAt)).toBeLessThan(30)
  })

  it('is one import also of what comes between the decision and the listing', async () => {
    await play([
      [0, 'a'],
      [60.5, 'b'],
    ])
    expect(await imports()).toMatchObject([{ state: 'READY', filesTotal: 2 }])
  })

  it('is tried again when it failed and its marker is put anew', async () => {
    const begin = ingest.dependencies.openSource
    ingest.dependencies.openSource = (item) => ({
      ...begin(item),
      list: async () => {
        throw new RangeError('the disk is full')
      },
    })
    await play([
      [0, 'a'],
      [1, '_SUCCESS'],
    ])
    ingest.dependencies.openSource = begin
    expect(await imports()).toMatchObject([{ state: 'FAILED' }])
    await play([[100, '_SUCCESS']])
    expect((await imports()).map(({ state }) => state)).toEqual(['READY', 'FAILED'])
  })
})

describe('a drop that somebody pulls', () => {
  it('is waited for until its marker is there, and is one import', async () => {
    const seen: (string | undefined)[] = []
    const look = async () => seen.push((await imports())[0]?.waitsUntil)
    await play(
      [
        [0, 'a'],
        [30, 'b'],
        [50, '_SUCCESS'],
      ],
      [
        [1, pull],
        [10, look],
        [40, look],
      ],
    )
    const [item] = await imports()
    expect(await imports()).toMatchObject([{ state: 'READY', filesTotal: 2, createdBy: 'test' }])
    expect(seen.map(secondsTo)).toEqual([60, 90])
    expect(secondsTo(item?.updatedAt)).toBeLessThan(54)
  })

  it('is waited for until nothing of it has changed for the quiet time', async () => {
    await play(
      [
        [0, 'a'],
        [40, 'b'],
      ],
      [[1, pull]],
    )
    const [item] = await imports()
    expect(await imports()).toMatchObject([{ state: 'READY', filesTotal: 2 }])
    expect(secondsTo(item?.updatedAt)).toBeGreaterThanOrEqual(100)
  })

  it('is not waited for by whoever asks for what lies there', async () => {
    await play([[0, 'a']], [[1, () => pull({ awaitsDrop: false })]])
    const [item] = await imports()
    expect(await imports()).toMatchObject([{ state: 'READY', filesTotal: 1 }])
    expect(secondsTo(item?.updatedAt)).toBe(1)
  })

  it('is looked at by one of the messages that come twice, and looked at again after a loss', async () => {
    const looks = () => due.length
    const twice = async () => {
      const { item } = await pull()
      for (let again = 0; again < 5; again++)
        after(0, () => ingestQueue.send({ message: { step: 'plan', importId: item.id, attempt: 1 } }))
    }
    const counted: number[] = []
    const lose = async () => {
      counted.push(looks())
      due = []
    }
    await play(
      [[0, 'a']],
      [
        [1, twice],
        [20, lose],
      ],
    )
    // The look at the import, and the one of the watcher.
    expect(counted).toEqual([2])
    expect(await imports()).toMatchObject([{ state: 'PENDING' }])
    clockMs += 1000 * 1000
    const [item] = await imports()
    await ingestQueue.send({ message: { step: 'plan', importId: item?.id ?? '', attempt: 1 } })
    await play([])
    expect(await imports()).toMatchObject([{ state: 'READY' }])
  })

  it.each(['is lost', 'is sent, and only the answer lost'])(
    'is looked at by one message after all when the message for its next look %s',
    async (how) => {
      const { send } = ingestQueue
      let breaks = 1
      ingestQueue.send = async (request) => {
        const isLook = (request.delaySeconds ?? 0) > 1.5
        if (!isLook || breaks-- <= 0) return send(request)
        if (how !== 'is lost') await send(request)
        throw new Error('the connection was lost')
      }
      const looks: number[] = []
      const count = async () => looks.push(due.length)
      await play(
        [
          [0, 'a'],
          [30, 'b'],
        ],
        [
          [1, pull],
          [20, count],
        ],
      ).finally(() => {
        ingestQueue.send = send
      })
      // Those of the import, of the watcher, and the file that is still to be put.
      expect([breaks < 1, looks]).toEqual([true, [3]])
      expect(await imports()).toMatchObject([{ state: 'READY', filesTotal: 2, createdBy: 'test' }])
    },
  )

  it('and that was imported by itself has no byte moved again', async () => {
    await play(
      [
        [0, 'a'],
        [1, 'b'],
        [2, '_SUCCESS'],
      ],
      [[100, pull]],
    )
    const [pulled, own] = await imports()
    expect(await imports()).toMatchObject([{ state: 'READY', createdBy: 'test' }, { createdBy: 'drop' }])
    expect(pulled).toMatchObject({ revision: own?.revision, filesTotal: 2, bytesHeld: 2 })
    expect(own).toMatchObject({ bytesHeld: 0 })
  })

  it('and that was changed since it was imported by itself is moved as it is now', async () => {
    await play([
      [0, 'a'],
      [1, '_SUCCESS'],
    ])
    const { key } = { key: `drop/${repo}/v1/a` }
    await writeFile(join(store.root, key), 'c')
    puts.set(key, clockMs + 1)
    clockMs += 3600_000
    await pull({ tag: undefined })
    await play([])
    const [pulled, own] = await imports()
    expect(pulled).toMatchObject({ state: 'READY', createdBy: 'test', bytesHeld: 0 })
    expect(pulled?.revision).not.toBe(own?.revision)
  })

  it('and that holds nothing is told at once', async () => {
    await play([], [[0, pull]])
    expect(await imports()).toMatchObject([{ state: 'FAILED', failure: { code: 'nothing_to_import' } }])
    expect(secondsTo((await imports())[0]?.updatedAt)).toBe(0)
  })
})
