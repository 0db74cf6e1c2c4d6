/** How the CLI was called, so that what it names next can be typed: by npx, by npm's script, or by its own name. */
export function calledAs(environment: Record<string, string | undefined>): string {
  if (environment.npm_command === 'exec') return 'npx slipway'
  const isScript = environment.npm_command === 'run' || environment.npm_command === 'run-script'
  return isScript && environment.npm_lifecycle_event === 'slipway' ? 'npm run slipway --' : 'slipway'
}

/** A text that names commands, ours or the server's, as the caller would type them. */
export const inWordsOf = (name: string, text: string): string =>
  text.replace(/(?<![\w/.-])(?:npx )?slipway(?= (?:[a-z]|--help))/g, name)
