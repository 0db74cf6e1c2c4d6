import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ModelCache } from '../../../../gpu-service/models/model-cache.ts'
import { publish, repoIdOf } from '../../../support/publish.ts'
import { createMemoryObjects } from './memory-objects.ts'

/** A process that shares a model folder: it holds one model for ever, or uses many in turn and trims all the time. */
const [root = '', job = '', roundsMax = '0'] = process.argv.slice(2)
const repo = 'team/model'
const files = { 'onnx/model.onnx': Buffer.alloc(100_000, 'graph'), 'config.json': Buffer.from('{}') }
const objects = createMemoryObjects()
const revisions = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(40))
for (const revision of revisions) await publish({ objects, repo, revision, files })
const cache = new ModelCache({ objects, root, maxBytes: 0 })
await cache.sweep()

async function use(revision: string): Promise<() => void> {
  const lock = await cache.hold({ revision })
  await cache.materialise({ repo, repoId: repoIdOf(repo), revision, file: 'onnx/model.onnx' })
  return () => lock.release()
}

if (job === 'hold') {
  await use(revisions[0] ?? '')
  process.send?.('held')
  setInterval(() => undefined, 1000)
} else {
  for (let round = 0; round < Number(roundsMax); round++) {
    const revision = revisions[Math.floor(Math.random() * revisions.length)] ?? ''
    const release = await use(revision)
    for (let look = 0; look < 3; look++) {
      const found = await readFile(join(root, revision, 'onnx/model.onnx'))
      if (!found.equals(files['onnx/model.onnx'])) throw new Error('the file is not whole while it is held')
      await cache.trim()
    }
    release()
    await cache.trim()
  }
  process.send?.('done')
  process.disconnect?.()
}
