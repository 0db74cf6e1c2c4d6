/** What people type who know `hf`, `ollama`, `docker` or `git`, and what it is here. */
const elsewhere: Record<string, string> = {
  ...each(['list', 'models', 'search', 'find'], '"slipway ls"'),
  ...each(['ps', 'top', 'whoami', 'info', 'deployments'], '"slipway status"'),
  ...each(['inspect', 'describe', 'view', 'card', 'files'], '"slipway show OWNER/NAME"'),
  ...each(['add', 'import', 'get', 'clone'], '"slipway pull SOURCE"'),
  ...each(['run', 'ask', 'infer', 'embed', 'invoke', 'chat'], '"slipway predict NAME"'),
  ...each(['serve', 'start', 'load'], '"slipway deploy OWNER/NAME"'),
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
  ...each(
    ['login', 'auth', 'logout', 'config', 'configure'],
    'in the environment: SLIPWAY_URL and SLIPWAY_API_KEY; "slipway status" tells who you are',
  ),
  ...each(['token', 'tokens', 'apikey', 'api-key'], '"slipway keys"'),
  ...each(['logs', 'events'], '"slipway status NAME" of a deployment, "slipway audit" of what was done'),
  ...each(['history', 'revisions'], '"slipway log OWNER/NAME"'),
  ...each(['tags', 'versions'], '"slipway tag OWNER/NAME"'),
  ...each(['quota', 'quotas'], '"slipway usage"'),
}

function each(words: readonly string[], here: string): Record<string, string> {
  return Object.fromEntries(words.map((word) => [word, here]))
}

/** What someone may mean by a word that is no command; `undefined` where nothing is like it. */
export function nearestCommand(word: string, commands: readonly string[]): string | undefined {
  const typed = word.toLowerCase()
  if (Object.hasOwn(elsewhere, typed)) return elsewhere[typed]
  const [nearest] = commands
    .map((name) => ({ name, far: distance(typed, name) }))
    .filter(({ name, far }) => far <= (name.length > 3 ? 2 : 1))
    .toSorted((one, other) => one.far - other.far)
  return nearest && `"slipway ${nearest.name}"`
}

/** How many letters are to be put in, left out or replaced until one word is the other. */
function distance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (const [row, letter] of [...one].entries()) {
    const line = [row + 1]
    for (const [column, its] of [...other].entries())
      line.push(
        Math.min(
          (above[column + 1] ?? 0) + 1,
          (line[column] ?? 0) + 1,
          (above[column] ?? 0) + (letter === its ? 0 : 1),
        ),
      )
    above = line
  }
  return above.at(-1) ?? 0
}
