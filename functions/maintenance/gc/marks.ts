import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { bytesOf, createDigestSet, type DigestSet } from '../digest-set.ts'

/**
 * What is needed, collected in pieces: in memory for this process, staged for one that takes over. `blobs` are needed
 * by anybody, `held` by the repos of one owner.
 */
interface Marks {
  blobs: DigestSet
  held: DigestSet
  /** How many pieces are staged. */
  pieces: number
  jobId: string
  name: string
}

/** A process works on one job at a time, with one or two sets of marks. */
let remembered: Marks[] = []

export async function openMarks(objects: ObjectStore, { jobId, name, pieces }: MarksRequest): Promise<Marks> {
  const known = remembered.find((marks) => marks.jobId === jobId && marks.name === name && marks.pieces === pieces)
  if (known !== undefined) return known
  const marks: Marks = { blobs: createDigestSet(), held: createDigestSet(), pieces, jobId, name }
  for (let piece = 0; piece < pieces; piece++)
    for (const kind of ['blobs', 'held'] as const) {
      const { body } = await objects.get({ key: pieceKey({ jobId, name, piece, kind }) })
      marks[kind].addAll(await buffer(body))
    }
  remembered = [...remembered.filter((other) => other.jobId === jobId && other.name !== name), marks]
  return marks
}

interface MarksRequest {
  jobId: string
  name: string
  pieces: number
}

/** Adds a piece. After a failure it is collected again and written to the same place. */
export async function addPiece(objects: ObjectStore, marks: Marks, found: Record<'blobs' | 'held', readonly string[]>) {
  const { jobId, name } = marks
  // Counted first: marks with unstaged hashes must not be continued by a retry.
  const piece = marks.pieces++
  for (const kind of ['blobs', 'held'] as const) {
    const body = bytesOf(found[kind].filter((hash) => marks[kind].add(hash)))
    await objects.put({ key: pieceKey({ jobId, name, piece, kind }), body, sizeBytes: body.byteLength })
  }
}

const pieceKey = ({ jobId, name, piece, kind }: Omit<MarksRequest, 'pieces'> & { piece: number; kind: string }) =>
  objectKeys.staging(jobId, `${name}-${piece}-${kind}`)

/** An owner and a blob as one hash. */
export const holdingOf = (owner: string, sha256: string): string =>
  createHash('sha256').update(`${owner.toLowerCase()}\0${sha256}`).digest('hex')
