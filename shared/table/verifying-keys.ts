import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** The public half of a key that signs sessions' tokens. */
export interface VerifyingKeyItem {
  /** What the tokens name it by. */
  kid: string
  publicJwk: { kty: string; crv: string; x: string }
  /** ISO time from which it signs: it is published before, so that whoever keeps a copy of the keys has it by then. */
  signsFrom: string
  /** ISO time after which it verifies nothing; absent as long as there is no key after it. */
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
