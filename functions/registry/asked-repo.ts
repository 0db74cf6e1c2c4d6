import type { Context } from 'hono'
import type { Principal } from '../../shared/auth/principal.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import type { RepoKind } from '../../shared/table/keys.ts'

export interface AskedRepo {
  principal: Principal | undefined
  name: string
  kind: RepoKind
}

/** The repo in a route's path, validated by the contract, and the caller. */
export const asked = (context: Context<HttpEnvironment>): AskedRepo => {
  const { owner, name } = context.req.param() as { owner: string; name: string }
  const kind = context.req.query('kind') === 'dataset' ? 'dataset' : 'model'
  return { principal: context.get('principal'), name: `${owner}/${name}`, kind }
}
