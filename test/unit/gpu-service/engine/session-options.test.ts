import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { sessionOptions } from '../../../../gpu-service/engine/session-options.ts'

const iris = fileURLToPath(new URL('../../../../infra/local/sample/iris/model.onnx', import.meta.url))
const sessionSettings = (device: 'cpu' | 'cuda') =>
  sessionOptions({ device, threads: 1, leftOut: [] }).extra?.session as object

describe('the weights of a model', () => {
  it('are kept out of the arena on a GPU, which would reserve the next power of two for them', () => {
    expect(sessionSettings('cuda')).toMatchObject({ use_device_allocator_for_initializers: '1' })
    expect(sessionSettings('cpu')).not.toHaveProperty('use_device_allocator_for_initializers')
  })

  it('use session options that this runtime knows, with the same answers', async () => {
    const packageFolder = dirname(fileURLToPath(import.meta.resolve('onnxruntime-node/package.json')))
    const libraries = join(packageFolder, 'bin', 'napi-v6', process.platform, process.arch)
    const [library = ''] = readdirSync(libraries).filter((name) => /^(?:lib)?onnxruntime\.(?!.*shared)/.test(name))
    const runtime = readFileSync(join(libraries, library))
    for (const name of Object.keys(sessionSettings('cuda'))) expect(runtime.includes(`session.${name}`)).toBe(true)

    const answers = await Promise.all(
      (['cpu', 'cuda'] as const).map(async (device) => {
        const session = await InferenceSession.create(iris, {
          ...sessionOptions({ device, threads: 1, leftOut: [] }),
          executionProviders: ['cpu'],
        })
        const [input = ''] = session.inputNames
        const feeds = { [input]: new Tensor('float32', [5.1, 3.5, 1.4, 0.2], [1, 4]) }
        const answer = await session.run(feeds)
        await session.release()
        return Object.values(answer).map(({ data }) => data)
      }),
    )
    expect(answers[0]).toHaveLength(2)
    expect(answers[1]).toEqual(answers[0])
  })
})
