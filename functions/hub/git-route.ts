import type { HubApp } from './parts.ts'
import { repoKinds } from './repo-kinds.ts'

/** What git requests before it clones, fetches or pushes. Of an error it shows the user plain text only. */
export function addGitRoute(app: HubApp) {
  for (const { kind, files } of repoKinds)
    app.get(`${files}/:owner/:repo/info/refs`, (context) => {
      const { owner, repo } = context.req.param() as { owner: string; repo: string }
      const asked = `${owner}/${repo.replace(/\.git$/, '')}${kind === 'model' ? '' : ` --repo-type ${kind}`}`
      return context.text(
        `Repos are not served over git here. With HF_ENDPOINT set to this server: hf download ${asked}, hf upload ${asked}\n`,
        501,
      )
    })
}
