import { createHash } from 'node:crypto'
import { errors } from '../../shared/errors.ts'
import { type AttemptPolicy, beginAttempt, forgetAttempts, takeBackAttempt } from '../../shared/table/login-attempts.ts'
import type { Table } from '../../shared/table/table.ts'

const growing = { firstPauseMs: 1000, pauseMsMax: 15 * 60_000, windowMs: 60 * 60_000 }
const policies = {
  account: { free: 10, ...growing },
  /** Many people share one address. */
  address: { free: 50, ...growing },
  registration: { free: 100, ...growing },
} satisfies Record<string, AttemptPolicy>

interface LoginTry {
  /** The user's id, or what was given as a login where there is no such user: both are counted alike. */
  account: string
  /** Where the request came from, as the host itself says. */
  address: string | undefined
  now: Date
}

/**
 * Makes an attempt at a password, counted before it is made for its account and for its address: a right one is not
 * counted, nor is one that failed by our fault. @throws AppError `too_many_attempts`
 */
export async function limitLogin(
  table: Table,
  { account, address, now }: LoginTry,
  attempt: () => Promise<boolean>,
): Promise<boolean> {
  const byAddress = address === undefined ? undefined : subjectOf('address', address)
  const byAccount = subjectOf('account', account)
  if (byAddress !== undefined) await begin(table, { subject: byAddress, policy: policies.address, now })
  const takeBack = async (...subjects: (string | undefined)[]) => {
    for (const subject of subjects) if (subject !== undefined) await takeBackAttempt(table, { subject, now })
  }
  try {
    await begin(table, { subject: byAccount, policy: policies.account, now })
  } catch (error) {
    await takeBack(byAddress)
    throw error
  }
  let isRight: boolean
  try {
    isRight = await attempt()
  } catch (error) {
    await takeBack(byAddress, byAccount)
    throw error
  }
  if (isRight) await Promise.all([takeBack(byAddress), forgetAttempts(table, byAccount)])
  return isRight
}

/** Counts an account that a stranger wants to make. @throws AppError `too_many_attempts` */
export async function limitRegistration(table: Table, { address, now }: Omit<LoginTry, 'account'>): Promise<void> {
  if (address === undefined) return
  await begin(table, { subject: subjectOf('registration', address), policy: policies.registration, now })
}

async function begin(table: Table, attempt: { subject: string; policy: AttemptPolicy; now: Date }): Promise<void> {
  const waitMs = await beginAttempt(table, attempt)
  if (waitMs > 0) throw errors.tooManyAttempts(waitMs / 1000)
}

/** Of one length, whatever was sent as a login. */
const subjectOf = (kind: keyof typeof policies, text: string): string =>
  `${kind}:${createHash('sha256').update(text).digest('hex')}`
