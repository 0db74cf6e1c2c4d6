import { messageOf } from '../../../shared/errors.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { Page, Table } from '../../../shared/table/table.ts'
import { expiryOf } from '../jobs/findings.ts'
import type { Step } from '../jobs/phase.ts'
import type { Discrepancy } from './discrepancy.ts'
import { check, type Subject, subjectOf, textOf } from './subject.ts'

/**
 * Something that looked wrong once. It is checked again later and reported only if it is wrong in the same way, because
 * running work changes in between.
 */
interface Suspect {
  sk: string
  subject: string
  /** The kind and place of each discrepancy. */
  seen: string[]
}

const prefixOf = (round: string): string => `SUSPECT#${round}#`

/** Checks a subject, and remembers it where anything looks wrong. */
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

/** An unreadable subject is a finding, not a failure, because that is how a failing disk shows. */
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

/** Waits for running work to end, if anything looked wrong. */
export const settle = (round: string) => ({
  name: 'waiting for running work',
  async run({ parts, job, cursor }: Step) {
    if (cursor !== undefined) return undefined
    const { items } = await listSuspects(parts.table, { jobId: job.id, round, limit: 1 })
    return items.length === 0 ? undefined : { cursor: 'waited', delaySeconds: parts.limits.settleSeconds }
  },
})

/** Checks suspects again, reports what is still wrong, and repairs it on request. */
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
        // A failed repair is reported and does not stop the others.
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
