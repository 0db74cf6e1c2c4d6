/**
 * A hint for a path that another server would know, or one with an extra slash; `undefined` where nothing is similar.
 */
export function nearRoute(path: string, isRoute: (path: string) => boolean): string | undefined {
  // Matches from the first slash of a run only, so that a path of slashes takes no longer than others.
  const bare = path.replace(/(?<=[^/])\/+$/, '')
  if (bare !== path && isRoute(bare)) return `There is ${bare}, without the trailing slash.`
  if (/^\/models\/[^/]+$/.test(path))
    return 'Deployments answer at /api/v1/predict/{deployment}, models at /models/{owner}/{name}.'
  if (ollama.test(path)) return "Ollama's clients are not supported; OpenAI's are, below /v1, such as /v1/embeddings."
  return undefined
}

const ollama = /^\/api\/(?:tags|generate|chat|embed|embeddings|show|pull|push|ps|version)$/
