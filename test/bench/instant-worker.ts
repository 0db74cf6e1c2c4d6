import { serveRequests } from '../../gpu-service/engine/serve-requests.ts'

/** An engine that sleeps rather than runs, so that only the rest of the service is measured. */
const width = 384
const runMs = 4
const never = new Int32Array(new SharedArrayBuffer(4))
await serveRequests(async (request, inputs) => {
  if (request.kind !== 'run') return undefined
  Atomics.wait(never, 0, 0, runMs)
  const rows = inputs.input_ids?.dims[0] ?? 0
  const vectors = Float32Array.from({ length: rows * width }, (_, index) => Math.sin(index))
  return Object.fromEntries(
    request.outputs.map((name) => [name, { type: 'float32' as const, dims: [rows, width], data: vectors }]),
  )
})
