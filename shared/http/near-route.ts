/** What people ask who know another server, or who add a slash; `undefined` where nothing is like it. */
export function nearRoute(path: string, isRoute: (path: string) => boolean): string | undefined {
  // Slashes are looked at from the first of a row alone: a path of nothing else takes no longer than others.
  const bare = path.replace(/(?<=[^/])\/+$/, '')
  if (bare !== path && isRoute(bare)) return `There is ${bare}, without a slash at its end.`
  if (/^\/models\/[^/]+$/.test(path))
    return 'A deployment is asked at /api/v1/predict/{deployment}, a model at /models/{owner}/{name}.'
  if (ollama.test(path)) return "Ollama's clients are not served; OpenAI's are, below /v1, such as /v1/embeddings."
  return undefined
}

const ollama = /^\/api\/(?:tags|generate|chat|embed|embeddings|show|pull|push|ps|version)$/
