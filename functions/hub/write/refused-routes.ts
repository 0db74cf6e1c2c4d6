import { AppError } from '../../../shared/errors.ts'
import { findRepo } from '../find-revision.ts'
import type { HubApp, HubParts } from '../parts.ts'
import { repoKinds } from '../repo-kinds.ts'

/** W13, and other requests of clients that are not supported: each answer says so, and what to do instead. */
export function addRefusedRoutes(app: HubApp, { table }: HubParts) {
  for (const { kind, api } of repoKinds) {
    for (const right of ['read', 'write'] as const)
      app.get(`${api}/:owner/:name/xet-${right}-token/:ref{.+}`, async (context) => {
        await findRepo(context, { table, kind, access: right })
        throw refused(
          404,
          'This server stores large files by Git LFS, not by Xet. Set HF_HUB_DISABLE_XET=1 and run the same command again.',
        )
      })
    app.post(`${api}/:owner/:name/super-squash/:ref{.+}`, async (context) => {
      await findRepo(context, { table, kind, access: 'admin' })
      throw refused(
        501,
        'History is kept here: it cannot be squashed. Create a new repo from the files of the last commit.',
      )
    })
    app.all(`${api}/:owner/:name/lfs-files/:rest{.*}`, async (context) => {
      await findRepo(context, { table, kind, access: 'admin' })
      throw refused(
        501,
        'Single large files cannot be removed from history here. Unused content is collected automatically.',
      )
    })
    app.all(`${api}/:owner/:name/lfs-files`, async (context) => {
      await findRepo(context, { table, kind, access: 'admin' })
      throw refused(
        501,
        'Single large files cannot be removed from history here. Unused content is collected automatically.',
      )
    })
    app.post(`${api}/:owner/:name/duplicate`, async (context) => {
      await findRepo(context, { table, kind })
      throw refused(
        501,
        'Repos cannot be duplicated here. Download it, and upload it to a new one: known content is not sent again.',
      )
    })
    app.get(`${api}/:owner/:name/discussions`, async (context) => {
      await findRepo(context, { table, kind })
      throw refused(404, 'There are no discussions and no pull requests here.')
    })
    app.post(`${api}/:owner/:name/discussions`, async (context) => {
      await findRepo(context, { table, kind })
      throw refused(501, 'There are no discussions and no pull requests here. Commit to a branch of its own instead.')
    })
  }
}

const refused = (status: number, message: string) => new AppError({ code: 'not_supported', status, message })
