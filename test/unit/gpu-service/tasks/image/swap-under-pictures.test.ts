import { setTimeout as pause } from 'node:timers/promises'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { changeDeployment, getDeployment } from '../../../../../shared/table/deployments.ts'
import { pictureModels } from '../../../../support/picture-models.ts'
import { publish } from '../../../../support/publish.ts'
import { pictureModel } from '../../support/picture-serving.ts'
import { startTestServing } from '../../support/test-serving.ts'

describe.skipIf(pictureModels === undefined)('a deployment that gets a new revision', () => {
  it('answers every request whose picture is being decoded meanwhile', async () => {
    const model = await pictureModel('tiny-vit')
    const host = await startTestServing([model])
    onTestFinished(() => host.close())
    const create = { width: 2000, height: 1500, channels: 3, background: '#456789' } as const
    const body = Buffer.from(await sharp({ create }).jpeg().toBuffer())
    const ask = () =>
      host.ask('/models/slipway/tiny-vit', { method: 'POST', body, headers: { 'content-type': 'image/jpeg' } })
    expect((await ask()).status).toBe(200)
    const before = await getDeployment(host.table, 'tiny-vit')
    if (before === undefined) throw new Error('nothing is deployed')
    const revision = 'c'.repeat(40)
    await publish({ objects: host.objects, repo: model.repo, revision, files: model.files })
    const failures: string[] = []
    const revisions = new Set<string | null>()
    const client = async () => {
      const untilMs = performance.now() + 40_000
      while (!revisions.has(revision) && performance.now() < untilMs) {
        const response = await ask()
        if (response.status !== 200 && response.status !== 429) failures.push(await response.text())
        if (response.status === 429) await pause(100)
        if (response.status === 200) revisions.add(response.headers.get('x-model-revision'))
      }
    }
    // More than the decoder handles in the pause between two revisions.
    const clients = Array.from({ length: 16 }, client)
    await changeDeployment(host.table, 'tiny-vit', (item) => ({ ...item, revision }))
    await Promise.all(clients)
    // Requests may be refused for one picture too many, but not because of the change.
    expect(failures).toEqual([])
    expect([...revisions]).toEqual([before.revision, revision])
  })
})
