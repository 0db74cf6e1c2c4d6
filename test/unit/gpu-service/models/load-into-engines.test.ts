import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EnginePool } from '../../../../gpu-service/engine/engine-pool.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { loadIntoEngines } from '../../../../gpu-service/models/load-into-engines.ts'
import { ModelCache } from '../../../../gpu-service/models/model-cache.ts'
import { openModel } from '../../../../gpu-service/models/open-model.ts'
import { filesIn } from '../../../support/files-in.ts'
import { publish, repoIdOf } from '../../../support/publish.ts'
import { fixtureModel, temporaryFolder } from '../support/folders.ts'
import { createMemoryObjects } from '../support/memory-objects.ts'
import { workerUrl } from '../support/test-serving.ts'

const repo = 'team/model'
const revision = 'a'.repeat(40)
const embedder = await filesIn(fixtureModel('slipway-tests/tiny-embedder'))
const iris = await filesIn(fixtureModel('sklearn/iris-logistic-regression'))
const file = 'onnx/model.onnx'
const json = (content: unknown) => Buffer.from(JSON.stringify(content))
const without = (path: string) => Object.fromEntries(Object.entries(embedder).filter(([name]) => name !== path))

let pool: EnginePool
beforeAll(() => {
  pool = new EnginePool({ engines: [new WorkerEngine({ workerUrl, device: 'cpu' })] })
})
afterAll(() => pool.close())

type Change = { file?: string; task?: string; pool?: EnginePool }

async function load(files: Record<string, Buffer>, change: Change = {}) {
  const objects = createMemoryObjects()
  await publish({ objects, repo, revision, files })
  const cache = new ModelCache({ objects, root: await temporaryFolder() })
  const request = { repo, repoId: repoIdOf(repo), revision, file, task: 'feature-extraction', ...change }
  const model = await openModel(request, { cache, settings: { device: 'cpu', isolate: 'auto' } })
  const entered = await loadIntoEngines({ modelId: 'one', ...model, pool, ...change, file: request.file })
  return { ...model, ...entered }
}

describe('loading a model', () => {
  it('describes what was loaded', async () => {
    const { opened, task, speed } = await load(embedder, { task: 'sentence-similarity' })
    expect(task).toBe('feature-extraction')
    expect(opened.describe).toEqual({
      batchInvariant: true,
      dimensions: 16,
      isolate: 'auto',
      maxTokens: 24,
      pooling: 'mean',
      normalize: true,
      pooledBy: 'nodes',
      poolingSource: '1_Pooling/config.json',
    })
    expect(speed.every(({ cost, runMs }) => cost > 0 && runMs > 0)).toBe(true)
  })

  it('falls back to mean pooling without normalisation if the repo lists no modules, and says so', async () => {
    const { opened } = await load(
      Object.fromEntries(Object.entries(embedder).filter(([path]) => !/modules|Pooling/.test(path))),
    )
    expect(opened.describe).toMatchObject({
      pooling: 'mean',
      normalize: false,
      poolingSource: expect.stringContaining('default'),
    })
  })

  const modules = (type: string) => ({ ...embedder, 'modules.json': json([{ path: '', type }]) })
  const damaged = Buffer.from(embedder[file] ?? '')
  damaged.write('Gxther', damaged.indexOf('Gather'))

  it.each([
    ['a graph that is no ONNX', { ...embedder, [file]: Buffer.from('hello') }, {}, `"${file}" is not an ONNX model`],
    [
      'a graph cut short',
      { ...embedder, [file]: embedder[file]?.subarray(0, 4000) ?? damaged },
      {},
      'longer than its message',
    ],
    ['an operator that does not exist', { ...embedder, [file]: damaged }, {}, `"${file}" could not be loaded`],
    ['no tokenizer', without('tokenizer.json'), {}, 'no "tokenizer.json"'],
    [
      'a broken tokenizer',
      { ...embedder, 'tokenizer.json': Buffer.from('{') },
      {},
      '"tokenizer.json" could not be read',
    ],
    ['an empty tokenizer', { ...embedder, 'tokenizer.json': json({}) }, {}, '"tokenizer.json" could not be read'],
    ['a module that is not served', modules('sentence_transformers.models.Dense'), {}, 'lists "Dense"'],
    [
      'a graph of another task',
      { ...embedder, [file]: iris['model.onnx'] ?? damaged },
      {},
      'has an input "X" (float32)',
    ],
    ['a task that is not served', embedder, { task: 'image-to-video' }, '"image-to-video" is not served'],
    ['a file that is not there', embedder, { file: 'absent.onnx' }, 'no file "absent.onnx"'],
  ])('refuses %s with a reason that names it', async (_what, files, change, reason) => {
    await expect(load(files, change)).rejects.toMatchObject({
      code: 'unsupported_model',
      message: expect.stringContaining(reason),
    })
  })

  it.each([
    'Status Message: BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 1048576',
    'std::bad_alloc',
    'CUDA failure 2: out of memory ; GPU=0',
    'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; expr=cublasCreate(&cublas_handle_);',
    'CUDNN failure 4: CUDNN_STATUS_ALLOC_FAILED ; GPU=0',
    'mmap file "weights.bin" failed, errno: 12 - Cannot allocate memory',
  ])('stays retryable if memory is short for now: %s', async (said) => {
    const [engine] = pool.engines
    if (engine === undefined) throw new Error('the pool has no engine')
    const full = new EnginePool({
      engines: [
        { ...engine, load: () => Promise.reject(new Error(said)), unload: async () => {}, restored: async () => {} },
      ],
    })
    const loading = load(embedder, { pool: full })
    await expect(loading).rejects.toThrow(`"${file}" could not be loaded: ${said}`)
    await expect(loading).rejects.not.toMatchObject({ code: 'unsupported_model' })
  })
})
