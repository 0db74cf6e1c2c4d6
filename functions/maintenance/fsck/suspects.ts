import { messageOf } from '../../../shared/errors.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { Page, Table } from '../../../shared/table/table.ts'
import { expiryOf } from '../jobs/findings.ts'
import type { Step } from '../jobs/phase.ts'
import type { Discrepancy } from './discrepancy.ts'
import { check, type Subject, subjectOf, textOf } from './subject.ts'

/**
 * What looked wrong once. It is looked at again after a while, and only what is wrong in the same way then is told: what
 * is under way changes in between.
 */
interface Suspect {
  sk: string
  subject: string
  /** Of each discrepancy, its kind and place. */
  seen: string[]
}

const prefixOf = (round: string): string => `SUSPECT#${round}#`

/** Looks at something, and remembers it where anything seems wrong. */
export async function suspect({ parts, job, count }: Step, round: string, subject: Subject): Promise<void> {
  count('checked')
  const found = await look(subject, parts)
  if (found.length === 0) return
  const text = textOf(subject)
  const seen = found.map(({ kind, place }) => `${kind} ${place}`)
  await parts.table.put({
    ...keys.maintenanceFinding(job.id, `${prefixOf(round)}${text}`),
    subject: text,
    seen,
    expiresAt: expiryOf(parts.now()),
  })
}

/** What cannot be read is told like what is wrong, and ends nothing: on a disk that fails, that is how damage shows. */
async function look(subject: Subject, parts: Step['parts']): Promise<Discrepancy[]> {
  try {
    return await check(subject, parts)
  } catch (error) {
    const place = Object.values(subject).join(' ')
    const message = `It could not be checked: ${messageOf(error)}.`
    return [{ kind: 'unreadable', place, severity: 'error', message }]
  }
}

const listSuspects = (
  table: Table,
  { jobId, round, after, limit }: { jobId: string; round: string; after?: string; limit: number },
): Promise<Page<Suspect>> => {
  const { pk } = keys.maintenanceFinding(jobId, '')
  return table.query<Suspect>({
    expression: 'pk = :pk AND begins_with(sk, :round)',
    values: { ':pk': pk, ':round': prefixOf(round) },
    ...(after !== undefined && { startKey: { pk, sk: after } }),
    limit,
    consistent: true,
  })
}

const suspectsAtOnce = 20

/** Waits, where anything seems wrong, for what is under way to be over. */
export const settle = (round: string) => ({
  name: 'waiting for what is under way',
  async run({ parts, job, cursor }: Step) {
    if (cursor !== undefined) return undefined
    const { items } = await listSuspects(parts.table, { jobId: job.id, round, limit: 1 })
    return items.length === 0 ? undefined : { cursor: 'waited', delaySeconds: parts.limits.settleSeconds }
  },
})

/** Looks at suspects again, tells what still is wrong, and mends what can be where that is asked for. */
export const confirm = (round: string) => ({
  name: 'second look',
  async run(step: Step) {
    const { parts, job, report } = step
    const after = step.cursor as string | undefined
    const page = await listSuspects(parts.table, {
      jobId: job.id,
      round,
      ...(after !== undefined && { after }),
      limit: suspectsAtOnce,
    })
    for (const { subject, seen } of page.items) {
      const still = await look(subjectOf(subject), parts)
      for (const { repair, ...finding } of still) {
        if (!seen.includes(`${finding.kind} ${finding.place}`)) continue
        const isTried = job.options.repair === true && repair !== undefined
        // What cannot be mended is told like the rest, and keeps nothing else from being mended.
        const fault = isTried ? await repair().then(() => undefined, messageOf) : undefined
        const message = fault === undefined ? finding.message : `${finding.message} The repair failed: ${fault}.`
        const repaired = isTried && fault === undefined
        await report({ ...finding, message, repairable: repair !== undefined, repaired })
      }
    }
    const last = page.items.at(-1)
    return last === undefined || page.nextKey === undefined ? undefined : { cursor: last.sk }
  },
})
