import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { bytesOf } from '../../../functions/maintenance/digest-set.ts'
import { addPiece, openMarks } from '../../../functions/maintenance/gc/marks.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { Fuse } from '../../faults/support/fuse.ts'
import { createMemoryObjects } from '../gpu-service/support/memory-objects.ts'

it.each([1, 2])('a chunk of marks is complete after a second try, whichever write failed: %i', async (at) => {
  const objects = createMemoryObjects()
  const fuse = new Fuse({ at, writes: false, dies: false })
  const first = { blobs: ['0a'.repeat(32)], held: ['0b'.repeat(32)] }
  const found = { blobs: ['ab'.repeat(32)], held: ['cd'.repeat(32)] }
  const jobId = `job_${at}`
  await addPiece(objects, await openMarks(objects, { jobId, name: 'needed', pieces: 0 }), first)
  const marksAt1 = () => openMarks(objects, { jobId, name: 'needed', pieces: 1 })
  await expect(addPiece(fuse.objects(objects), await marksAt1(), found)).rejects.toThrow('the connection was lost')
  await addPiece(objects, await marksAt1(), found)
  for (const kind of ['blobs', 'held'] as const) {
    const { body } = await objects.get({ key: objectKeys.staging(jobId, `needed-1-${kind}`) })
    expect(await buffer(body), kind).toEqual(Buffer.from(bytesOf(found[kind])))
  }
})
