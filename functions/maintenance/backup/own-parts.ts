import { buffer } from 'node:stream/consumers'
import { inParallel } from '../../../shared/in-parallel.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { Step } from '../jobs/phase.ts'
import { type BackupPart, backupPart } from './format.ts'
import { writePart } from './write-part.ts'

type Kind = BackupPart['kind']

const concurrency = 16

/** How many parts the running backup has. */
export const partsOf = ({ memo }: Step, kind: Kind): number => Number(memo[memoOf[kind]] ?? 0)

const memoOf: Record<Kind, string> = { items: 'itemParts', blobs: 'blobParts' }
const prefixOf: Record<Kind, string> = { items: 'registry', blobs: 'blobs' }

/**
 * Writes a part, and beside it its description, because the job's item could not hold those of thousands. Idempotent.
 */
export async function addPart(step: Step, { kind, at, lines }: { kind: Kind; at: number; lines: readonly unknown[] }) {
  const { parts, memo } = step
  const [id, name] = [String(memo.backup), nameOf(kind, at)]
  const part = await writePart(parts.objects, { id, name, kind, lines })
  const body = new TextEncoder().encode(`${JSON.stringify(part)}\n`)
  await parts.objects.put({ key: aboutKey(id, name), body, sizeBytes: body.byteLength })
  memo[memoOf[kind]] = at + 1
}

/** The description of a part. */
export async function partAt({ parts, memo }: Step, kind: Kind, at: number): Promise<BackupPart> {
  const { body } = await parts.objects.get({ key: aboutKey(String(memo.backup), nameOf(kind, at)) })
  return backupPart.parse(JSON.parse((await buffer(body)).toString()))
}

/** Every part, those of items first. */
export async function allParts(step: Step): Promise<BackupPart[]> {
  const kinds: Kind[] = ['items', 'blobs']
  const places = kinds.flatMap((kind) => Array.from({ length: partsOf(step, kind) }, (_, at) => ({ kind, at })))
  return inParallel(places, concurrency, ({ kind, at }) => partAt(step, kind, at))
}

const nameOf = (kind: Kind, at: number): string => `${prefixOf[kind]}-${String(at + 1).padStart(5, '0')}.ndjson.gz`

const aboutKey = (id: string, name: string): string => objectKeys.backup(id, `${name}.json`)
