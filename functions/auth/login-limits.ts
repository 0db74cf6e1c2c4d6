import { createHash } from 'node:crypto'
import { errors } from '../../shared/errors.ts'
import { type AttemptPolicy, beginAttempt, forgetAttempts, takeBackAttempt } from '../../shared/table/login-attempts.ts'
import type { Table } from '../../shared/table/table.ts'

const growing = { firstPauseMs: 1000, pauseMsMax: 15 * 60_000, windowMs: 60 * 60_000 }
const policies = {
  account: { free: 10, ...growing },
  /** Many users share one address. */
  address: { free: 50, ...growing },
  registration: { free: 100, ...growing },
} satisfies Record<string, AttemptPolicy>

interface LoginTry {
  /** The user's id, or for an unknown user the given login, so that both are limited alike. */
  account: string
  /** The caller's address, as the host sees it. */
  address: string | undefined
  now: Date
}

/**
 * Tries a password, counting the attempt first for the account and the address. Right passwords and failures of our own
 * are not counted. @throws AppError `too_many_attempts`
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

/** Counts a registration by a stranger. @throws AppError `too_many_attempts` */
export async function limitRegistration(table: Table, { address, now }: Omit<LoginTry, 'account'>): Promise<void> {
  if (address === undefined) return
  await begin(table, { subject: subjectOf('registration', address), policy: policies.registration, now })
}

async function begin(table: Table, attempt: { subject: string; policy: AttemptPolicy; now: Date }): Promise<void> {
  const waitMs = await beginAttempt(table, attempt)
  if (waitMs > 0) throw errors.tooManyAttempts(waitMs / 1000)
}

/** Hashed, so that a login of any length fits. */
const subjectOf = (kind: keyof typeof policies, text: string): string =>
  `${kind}:${createHash('sha256').update(text).digest('hex')}`
