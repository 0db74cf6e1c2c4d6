import { expect, it } from 'vitest'
import { changeDeployment, createDeployment, getDeployment } from '../../../shared/table/deployments.ts'
import { useRestores } from './support/use-restores.ts'

const { registry, run, found, loseTable } = useRestores()

const table = () => registry().database.table

async function deploy(name: string, settings: { isPaused?: boolean } = {}) {
  const { id: repoId = '', revision = '' } = (await found('acme/one')) ?? {}
  const target = { target: 'acme/one', repo: 'acme/one', repoId, ref: 'main', revision, task: 'tensors', file: '' }
  await createDeployment(table(), { ...target, ...settings, name, owner: 'acme', createdAt: '', createdBy: 'admin' })
}
const setPaused = (name: string, isPaused: boolean) =>
  changeDeployment(table(), name, (item) => ({ ...item, isPaused }))
const isPaused = async (name: string) => (await getDeployment(table(), name))?.isPaused === true

it('a restore after the loss of the table resumes active deployments, and pauses paused ones', async () => {
  await deploy('serving')
  await deploy('paused', { isPaused: true })
  await run('backup')
  await loseTable()
  expect((await run('restore')).state).toBe('DONE')
  expect([await isPaused('serving'), await isPaused('paused')]).toEqual([false, true])
})

it('a restore that replaces the registry resumes no paused deployment, and increments the versions', async () => {
  await deploy('stopped')
  await deploy('resumed', { isPaused: true })
  await run('backup')
  await setPaused('stopped', true)
  await setPaused('resumed', false)
  const before = (await getDeployment(table(), 'stopped'))?.version ?? 0
  expect((await run('restore', { mode: 'replace' })).state).toBe('DONE')
  expect([await isPaused('stopped'), await isPaused('resumed')]).toEqual([true, true])
  expect((await getDeployment(table(), 'stopped'))?.version).toBeGreaterThan(before)
})
