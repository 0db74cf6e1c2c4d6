import type { Phase, Step } from '../jobs/phase.ts'
import { type AnyItem, scanSome } from '../read-pages.ts'
import { cutoffsOf } from './cutoffs.ts'
import { addPiece, holdingOf, openMarks } from './marks.ts'
import { isImportActive, type Standing, standingOf } from './reachable.ts'

interface Found {
  blobs: string[]
  held: string[]
  unneededItems: number
}

/** Collects every blob that a revision, a running import or a running upload needs. */
export const markPhase = (name: string): Phase => ({
  name,
  async run(step) {
    const { startKey, pieces } = (step.cursor ?? { pieces: 0 }) as { startKey?: unknown; pieces: number }
    const { objects } = step.parts
    const marks = await openMarks(objects, { jobId: step.job.id, name, pieces })
    const found: Found = { blobs: [], held: [], unneededItems: 0 }
    const look = createLook(step, found)
    const next = await scanSome({ ...step, cursor: startKey }, look)
    await addPiece(objects, marks, found)
    step.memo[`${name}Pieces`] = pieces + 1
    if (step.job.options.dryRun === true) step.count('itemsFreed', found.unneededItems)
    return next && { cursor: { startKey: next.cursor, pieces: pieces + 1 } }
  },
})

/** The marks that an earlier phase collected. */
export const gathered = ({ parts, job, memo }: Step, name: string) =>
  openMarks(parts.objects, { jobId: job.id, name, pieces: Number(memo[`${name}Pieces`] ?? 0) })

function createLook({ parts, job }: Step, found: Found) {
  const { table } = parts
  const cutoffs = cutoffsOf(job)
  const isDryRun = job.options.dryRun === true
  // The files of one revision or import come in sequence.
  let known: { of: string; standing: Promise<Standing> } | undefined
  let knownImport: { of: string; isActive: Promise<boolean> } | undefined

  return async (items: AnyItem[]) => {
    for (const item of items) {
      const { pk, sk, sha256, oid } = item
      if (pk.startsWith('FILES#')) {
        const [, repoId = '', revision = ''] = pk.split('#')
        if (known?.of !== pk) known = { of: pk, standing: standingOf({ table, repoId, revision, cutoffs, isDryRun }) }
        const { owner, isKept } = await known.standing
        if (!isKept || typeof sha256 !== 'string') found.unneededItems++
        else {
          found.blobs.push(sha256)
          found.held.push(holdingOf(owner, sha256))
        }
      }
      if (pk.startsWith('IMPORT#') && sk.startsWith('FILE#') && typeof sha256 === 'string') {
        const importId = pk.slice('IMPORT#'.length)
        if (knownImport?.of !== pk) knownImport = { of: pk, isActive: isImportActive(table, importId) }
        if (await knownImport.isActive) found.blobs.push(sha256)
      }
      if (pk.startsWith('MIRROR#') && typeof sha256 === 'string' && isLive(item, parts.now())) found.blobs.push(sha256)
      if (pk.startsWith('UPLOAD#') && typeof oid === 'string' && isLive(item, parts.now())) found.blobs.push(oid)
    }
  }
}

const isLive = ({ expiresAt }: AnyItem, now: Date): boolean => Number(expiresAt) * 1000 > now.getTime()
