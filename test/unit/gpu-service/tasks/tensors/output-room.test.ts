import { expect, it } from 'vitest'
import type { Batcher } from '../../../../../gpu-service/batcher/batcher.ts'
import type { TaskModel } from '../../../../../gpu-service/tasks/task-model.ts'
import { takeOutputRoom } from '../../../../../gpu-service/tasks/tensors/output-room.ts'
import { openQueue } from '../../../../../gpu-service/tasks/tensors/tensor-queue.ts'

const { signal } = new AbortController()
const mebibyte = 1024 ** 2
const outputOf = (rows: number, rowBytes: number) => ({
  y: { type: 'uint8' as const, dims: [rows, rowBytes], data: new Uint8Array(rows * rowBytes) },
})

/** A graph that makes this many bytes of each row, one run per piece. */
function expanding(rowBytes: number) {
  const signature = { name: 'x', type: 'uint8', shape: ['batch', 1] }
  const graph = { graph: 'main', inputs: [signature], outputs: [], hidden: undefined, device: 'cpu' as const }
  let runs = 0
  const createBatcher = <Input, Output>(model: TaskModel<Input, Output>) => {
    const run = (input: Input) => {
      runs++
      const [rows = 0] = model.encode([input]).inputs.x?.dims ?? []
      const [output] = model.decode(outputOf(rows, rowBytes), [input])
      return { output, queueMs: 0, runMs: rows, batchSize: 1 }
    }
    return { submitAll: async (inputs: readonly Input[]) => inputs.map(run) } as unknown as Batcher<Input, Output>
  }
  const queue = openQueue({ ...graph, rowsAreIndependent: true, isolate: 'auto' }, createBatcher)
  const ask = (rows: number) => {
    const inputs = { x: { type: 'uint8' as const, dims: [rows, 1], data: new Uint8Array(rows) } }
    return queue.runRows({ inputs, rows, outputs: ['y'], group: () => 'one' }, { signal } as never)
  }
  return { ask, runs: () => runs }
}

it('refuses a request as soon as the outputs of its pieces exceed the limit of one run', async () => {
  const { ask, runs } = expanding(mebibyte)
  await expect(ask(65_536)).rejects.toMatchObject({
    code: 'inference_failed',
    message: expect.stringMatching(/its outputs hold \d+ MiB, and at most 256 MiB are sent/),
  })
  expect(runs()).toBeLessThan(20)
  expect((await ask(200)).output.y?.dims).toEqual([200, mebibyte])
})

it('reserves room for a whole batch or not at all, because a failed batch is run again in halves', () => {
  const [one, other] = [
    { bytesMax: 10, heldBytes: 4 },
    { bytesMax: 10, heldBytes: 0 },
  ]
  const batch = [{ room: one }, {}, { room: other }, { room: one }]
  expect(() =>
    takeOutputRoom(
      batch,
      [4, 99, 8, 3].map((bytes) => outputOf(1, bytes)),
    ),
  ).toThrow('hold 1 MiB')
  expect([one.heldBytes, other.heldBytes]).toEqual([4, 0])
  takeOutputRoom(
    batch,
    [4, 99, 8, 2].map((bytes) => outputOf(1, bytes)),
  )
  expect([one.heldBytes, other.heldBytes]).toEqual([10, 8])
})
