import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** The public half of a key that signs access tokens. */
export interface VerifyingKeyItem {
  /** The key id in the tokens. */
  kid: string
  publicJwk: { kty: string; crv: string; x: string }
  /** ISO time from which it signs; it is published earlier, so that every cached copy of the keys has it by then. */
  signsFrom: string
  /** ISO time after which it verifies nothing; absent for the latest key. */
  verifiesUntil?: string | undefined
}

export async function listVerifyingKeys(table: Table, now: Date): Promise<VerifyingKeyItem[]> {
  const page = await table.query<VerifyingKeyItem>({
    expression: 'pk = :pk',
    values: { ':pk': keys.verifyingKey('').pk },
    consistent: true,
  })
  return page.items.filter(({ verifiesUntil }) => verifiesUntil === undefined || new Date(verifiesUntil) > now)
}
