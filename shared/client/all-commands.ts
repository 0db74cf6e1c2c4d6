import type { Command } from './command.ts'
import { alias } from './commands/alias.ts'
import { audit } from './commands/audit.ts'
import { backup } from './commands/backup.ts'
import { deploy } from './commands/deploy.ts'
import { diff } from './commands/diff.ts'
import { fsck } from './commands/fsck.ts'
import { gc } from './commands/gc.ts'
import { invite } from './commands/invite.ts'
import { keys } from './commands/keys.ts'
import { log } from './commands/log.ts'
import { login } from './commands/login.ts'
import { logout } from './commands/logout.ts'
import { ls } from './commands/ls.ts'
import { members } from './commands/members.ts'
import { org } from './commands/org.ts'
import { pause, resume } from './commands/pause.ts'
import { predict } from './commands/predict.ts'
import { pull } from './commands/pull.ts'
import { register } from './commands/register.ts'
import { repo } from './commands/repo.ts'
import { restore } from './commands/restore.ts'
import { show } from './commands/show.ts'
import { status } from './commands/status.ts'
import { tag } from './commands/tag.ts'
import { undeploy } from './commands/undeploy.ts'
import { usage } from './commands/usage.ts'
import { users } from './commands/users.ts'
import { whoami } from './commands/whoami.ts'

/** Every command, in the order in which help lists them. */
export const commands: Record<string, Command> = {
  pull,
  ls,
  show,
  repo,
  tag,
  alias,
  log,
  diff,
  deploy,
  undeploy,
  pause,
  resume,
  predict,
  status,
  usage,
  login,
  logout,
  register,
  whoami,
  keys,
  users,
  org,
  members,
  invite,
  audit,
  fsck,
  gc,
  backup,
  restore,
}

/** The top-level help, examples first. */
export function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}   ${summary}`)
  return `Slipway: your own model hub and inference.

Examples:
  slipway pull hf://sentence-transformers/all-MiniLM-L6-v2
  slipway deploy sentence-transformers/all-MiniLM-L6-v2 --name minilm
  slipway predict minilm '"how do I reset my password?"'

Commands:
${lines.join('\n')}

Every command takes --json (output for programs) and --help.
The server is SLIPWAY_URL with the key SLIPWAY_API_KEY, or the one whose data folder is .slipway (SLIPWAY_DATA), or the one
of the last "slipway login".
`
}
