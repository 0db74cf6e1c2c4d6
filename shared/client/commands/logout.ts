import { type Command, CommandFailed } from '../command.ts'
import { serverOf } from './login.ts'

export const logout: Command = {
  summary: 'remove the key that slipway login stored',
  usage: 'slipway logout [URL]',
  help: `Examples:
  slipway logout                            of the server of the last login
  slipway logout https://hub.example.com

The key itself stays valid. One of your keys with the scope admin ends it: slipway keys revoke ID`,
  options: {},
  parameters: { min: 0, max: 1 },
  needsKey: false,
  async run(invocation) {
    const { terminal, json, logins, parameters } = invocation
    const url = parameters[0] === undefined ? await logins?.current() : serverOf(invocation)
    if (url === undefined || !(await logins?.remove(url)))
      throw new CommandFailed(url === undefined ? 'You are not logged in' : `You are not logged in to ${url}`)
    terminal.out(json ? `${JSON.stringify({ url, loggedOut: true })}\n` : `logged out of ${url}\n`)
  },
}
