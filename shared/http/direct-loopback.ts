import http from 'node:http'

const loopback = ['localhost', '127.0.0.1', '::1', '[::1]']

/**
 * Keeps requests to this machine away from the proxy that Node was told to use (`NODE_USE_ENV_PROXY`,
 * `--use-env-proxy`): the proxy cannot reach this machine, and would see the keys. Call it before the first request.
 */
export function directLoopback(environment: Readonly<Record<string, string | undefined>>): void {
  const { NODE_USE_ENV_PROXY: told, NODE_OPTIONS: options = '', no_proxy, NO_PROXY } = environment
  if (told !== '1' && !/--use-env-proxy\b/.test([options, ...process.execArgv].join(' '))) return
  const direct = [no_proxy || NO_PROXY || [], loopback].flat().join()
  // The CLI may run on an older Node 24 of the user's, which cannot change this.
  http.setGlobalProxyFromEnv?.({ ...environment, no_proxy: direct, NO_PROXY: direct })
}
