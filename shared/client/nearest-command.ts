import { editsBetween } from '../edits-between.ts'

/** Commands that users know from `hf`, `ollama`, `docker` or `git`, and their equivalents here. */
const elsewhere: Record<string, string> = {
  ...each(['list', 'models', 'search', 'find'], '"slipway ls"'),
  ...each(['ps', 'top', 'info', 'deployments'], '"slipway status"'),
  ...each(['inspect', 'describe', 'view', 'card', 'files'], '"slipway show OWNER/NAME"'),
  ...each(['add', 'import', 'get', 'clone'], '"slipway pull SOURCE"'),
  ...each(['run', 'ask', 'infer', 'embed', 'invoke', 'chat'], '"slipway predict NAME"'),
  ...each(['serve', 'start', 'up'], '"npm start" of the server, "slipway deploy OWNER/NAME" of a model'),
  ...each(['load'], '"slipway deploy OWNER/NAME"'),
  ...each(['rollback', 'promote', 'canary'], '"slipway alias OWNER/NAME@REF ALIAS", or "slipway deploy … --update"'),
  ...each(['update', 'scale'], '"slipway deploy OWNER/NAME --update"'),
  ...each(['stop', 'unload'], '"slipway pause NAME", or "slipway undeploy NAME"'),
  ...each(
    ['rm', 'remove', 'delete', 'del'],
    '"slipway repo delete OWNER/NAME" of a model, "slipway undeploy NAME" of a deployment',
  ),
  ...each(['create', 'new', 'init'], '"slipway repo create OWNER/NAME"'),
  ...each(['mv', 'rename', 'move'], '"slipway repo rename OWNER/NAME OWNER/NEW"'),
  ...each(['push', 'upload', 'commit'], '"hf upload": "slipway repo create OWNER/NAME" says the whole line'),
  ...each(['download', 'cp'], '"hf download OWNER/NAME" with this server as HF_ENDPOINT and a key of it as HF_TOKEN'),
  ...each(['auth', 'signin', 'config', 'configure'], '"slipway login", or SLIPWAY_URL and SLIPWAY_API_KEY'),
  ...each(['token', 'tokens', 'apikey', 'api-key'], '"slipway keys"'),
  ...each(['logs', 'events'], '"slipway status NAME" of a deployment, "slipway audit" of what was done'),
  ...each(['history', 'revisions'], '"slipway log OWNER/NAME"'),
  ...each(['tags', 'versions'], '"slipway tag OWNER/NAME"'),
  ...each(['quota', 'quotas'], '"slipway usage"'),
  ...each(['user', 'accounts'], '"slipway users"'),
  ...each(['signup', 'join'], '"slipway register"'),
  ...each(['invitation', 'invitations'], '"slipway invite"'),
  ...each(['member', 'team', 'teams'], '"slipway members OWNER"'),
  ...each(['orgs', 'organisations', 'organizations', 'owners'], '"slipway org"'),
}

function each(words: readonly string[], here: string): Record<string, string> {
  return Object.fromEntries(words.map((word) => [word, here]))
}

/** The command that a mistyped word most likely means; `undefined` where none is close. */
export function nearestCommand(word: string, commands: readonly string[]): string | undefined {
  const typed = word.toLowerCase()
  if (Object.hasOwn(elsewhere, typed)) return elsewhere[typed]
  const [nearest] = commands
    .map((name) => ({ name, far: editsBetween(typed, name) }))
    .filter(({ name, far }) => far <= (name.length > 3 ? 2 : 1))
    .toSorted((one, other) => one.far - other.far)
  return nearest && `"slipway ${nearest.name}"`
}
