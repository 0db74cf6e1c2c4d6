import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { readJson } from '../../../shared/http/json-body.ts'
import { inParallel } from '../../../shared/in-parallel.ts'
import { pathFault } from '../../../shared/model/file-path.ts'
import type { RepoKind } from '../../../shared/table/keys.ts'
import { getFile, getRef } from '../../../shared/table/repos.ts'
import { findRepo } from '../find-revision.ts'
import { parseRef, rawRest } from '../parse-path.ts'
import type { HubApp, HubParts } from '../parts.ts'
import { repoKinds } from '../repo-kinds.ts'
import { branchName } from './branch-name.ts'
import { refusePullRequest } from './commit-route.ts'
import { compileGitIgnore } from './git-ignore.ts'
import { chooseUploadModes, refusalOf } from './upload-modes.ts'

const filesMax = 256
const readsAtOnce = 16

const ahead = z.object({
  files: z
    .array(z.object({ path: z.string(), size: z.int().nonnegative(), sample: z.string().max(4096).default('') }))
    .max(filesMax, `holds more than ${filesMax} files; ask for the rest in another request`),
  gitIgnore: z.string().max(100_000).nullish(),
  gitAttributes: z.string().nullish(),
})

/**
 * W3: how to send each file, and which content is already here. Files that would be refused are refused here, before
 * they are uploaded.
 */
export function addPreuploadRoute(app: HubApp, { table }: HubParts) {
  for (const { kind, api } of repoKinds)
    app.post(`${api}/:owner/:name/preupload/:ref{.+}`, async (context) => {
      const repo = await findRepo(context, { table, kind, access: 'write' })
      refusePullRequest(context)
      const branch = branchName(parseRef(rawRest(context.req.url, 5)))
      const head = await getRef(table, { repoId: repo.id, kind: 'branch', name: branch })
      if (head === undefined && (branch !== 'main' || repo.revision !== undefined))
        throw errors.revisionNotFound(`${repo.owner}/${repo.name}`, branch)
      const { files, gitIgnore } = await readJson(context, ahead)
      const isIgnored = compileGitIgnore(gitIgnore ?? '')
      const wanted = files.filter(({ path }) => !isIgnored(path))
      refuse(
        wanted.map(({ path }) => path),
        kind,
      )

      const modes = chooseUploadModes(
        files.map(({ path, size, sample }) => ({ path, sizeBytes: size, sample: Buffer.from(sample, 'base64') })),
      )
      const known = await inParallel(files, readsAtOnce, async ({ path }) =>
        head === undefined ? undefined : getFile(table, repo.id, head.revision, path),
      )
      const answers = files.map(({ path }, at) => {
        const uploadMode = modes.get(path) ?? 'lfs'
        const oid = uploadMode === 'lfs' ? known[at]?.sha256 : known[at]?.gitSha1
        return { path, uploadMode, shouldIgnore: isIgnored(path), ...(oid !== undefined && { oid }) }
      })
      const hasLarge = answers.some(({ uploadMode, shouldIgnore }) => uploadMode === 'lfs' && !shouldIgnore)
      if (hasLarge && speaksXetOnly(context.req.header('user-agent'))) context.header('x-hf-warning', xetWarning)
      return context.json({ files: answers })
    })
}

function refuse(paths: readonly string[], kind: RepoKind) {
  const refused = paths.flatMap((path) => {
    const fault = pathFault(path)
    return fault === undefined ? (refusalOf(path, kind) ?? []) : [`"${path.slice(0, 200)}" is no path: ${fault}.`]
  })
  if (refused.length > 0) throw errors.invalidRequest(refused.slice(0, 10).join('\n'), 'files')
}

/** `huggingface_hub` from 1.20 on sends large files by Xet, unless it is disabled. */
function speaksXetOnly(userAgent = ''): boolean {
  const [, major = '0', minor = '0'] = /\bhf_hub\/(\d+)\.(\d+)/.exec(userAgent) ?? []
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 20)
}

/** Printed before the upload fails, because the client does not say whether Xet is disabled. */
const xetWarning =
  'xet; This server stores large files by Git LFS, not by Xet. If this upload fails: set HF_HUB_DISABLE_XET=1 and run it again.'
