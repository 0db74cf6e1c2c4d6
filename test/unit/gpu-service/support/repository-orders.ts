import { expect } from 'vitest'
import { changeDeployment } from '../../../../shared/table/deployments.ts'
import { tensorsModel } from './oip-requests.ts'
import { deployTargets, publishTarget } from './test-deployments.ts'
import { startTestServing, type TestModel } from './test-serving.ts'
import { simpleGraph } from './tiny-graphs.ts'

/** For a machine that is busy with other work. */
export const slow = { timeout: 60_000 }

export const done = { status: 200, body: {} }
export const said = (text: string) => ({ error: expect.stringContaining(text) })

/** A service whose models are loaded and unloaded through the repository routes, as in Triton. */
export async function startRepository(models: TestModel[] = []) {
  const host = await startTestServing(models)
  const order = async (verb: 'load' | 'unload', model: string, request: object = { json: {} }) => {
    const response = await host.ask(`/v2/repository/models/${model}/${verb}`, { method: 'POST', ...request })
    return { status: response.status, body: await response.json(), headers: response.headers }
  }
  const isReady = async (model: string) => {
    const response = await host.ask(`/v2/models/${model}/ready`)
    return { status: response.status, ...((await response.json()) as { ready: boolean }) }
  }
  const indexed = async (model: string) => {
    const index = (await (await host.ask('/v2/repository/index', { json: {} })).json()) as Record<string, string>[]
    const { state, reason } = index.find(({ name }) => name === model) ?? {}
    return { state, reason }
  }
  const infer = async (model: string) => {
    const tensor = { shape: [1, 16], datatype: 'INT32', data: Array.from({ length: 16 }, () => 1) }
    const inputs = ['INPUT0', 'INPUT1'].map((name) => ({ name, ...tensor }))
    const response = await host.ask(`/v2/models/${model}/infer`, { json: { inputs } })
    return { status: response.status, body: await response.json() }
  }
  const metric = async (name: string): Promise<number> => {
    const text = await host.metrics.registry.metrics()
    const lines = text.split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'))
    return lines.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0)
  }
  const unloads = () => metric('model_evictions_total{reason="unload"}')

  /** A model that loads with its first request: served, but not loaded yet. */
  async function sleeping(name: string, settings: object = {}) {
    const target = await publishTarget(host, tensorsModel(name, simpleGraph()))
    await deployTargets(host, { name, targets: [target], min: 0, ...settings })
    await expect.poll(() => indexed(name), slow).toEqual({ state: 'READY', reason: '' })
  }
  const change = (name: string, settings: object) =>
    changeDeployment(host.table, name, async (item) => ({ ...item, ...settings }))
  return { host, order, isReady, indexed, infer, metric, unloads, sleeping, change }
}
