import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { WorkerProcess } from '../../../../gpu-service/engine/worker-process.ts'
import { fixtureModel } from '../support/folders.ts'
import { workerUrl } from '../support/worker-url.ts'

const path = join(fixtureModel('sklearn/iris-logistic-regression'), 'model.onnx')
const settings = { device: 'cpu', intraOpThreads: 1, loneThreads: 1, mapBytesMin: 0 } as const

describe('an engine that cannot be started', () => {
  it('fails its callers, and returns with its models once file descriptors are free again', async () => {
    const script = fileURLToPath(new URL('../support/scarce-descriptors.ts', import.meta.url))
    const limited = ['-c', 'ulimit -n 64 && exec "$0" "$@"', process.execPath, script, path]
    const { stdout } = await promisify(execFile)('/bin/sh', limited)
    expect(JSON.parse(stdout)).toEqual({ without: 'EngineDied', behind: 'answered' })
  })

  it('rejects requests if Node throws instead of emitting an error', async () => {
    const environment = { NAME: 'with a zero byte: \0' }
    const gone: string[] = []
    const engine = new WorkerProcess({ workerUrl, settings, environment, onGone: ({ name }) => gone.push(name) })
    await expect(engine.ask({ kind: 'unload', modelId: '' })).rejects.toThrow('the engine did not start')
    await engine.leave()
    expect(engine.pid).toBeUndefined()
    expect(gone).toEqual(['EngineDied'])
  })
})
