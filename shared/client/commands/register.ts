import { createApiClient } from '../api-client.ts'
import { type Command, textOption, UsageError } from '../command.ts'
import { readSecrets } from '../read-secrets.ts'
import { keyFor, serverOf, storeLogin } from './login.ts'

export const register: Command = {
  summary: 'make your own account on a server, and log in',
  usage: 'slipway register NAME --email ADDRESS [URL]',
  help: `Examples:
  slipway register ada --email ada@example.com https://hub.example.com
  slipway register ada --email ada@example.com --invited    asks for the token of an invitation, too

Options:
  --email ADDRESS   your e-mail address
  --invited         registration is by invitation

The password, and before it the token of an invitation, are read from hidden prompts or from lines of standard input.
An admin creates accounts for others: slipway users add`,
  options: { email: { type: 'string' }, invited: { type: 'boolean' } },
  parameters: { min: 1, max: 2 },
  needsKey: false,
  async run(invocation) {
    const [username = ''] = invocation.parameters
    const email = textOption(invocation, 'email')
    if (email === undefined) throw new UsageError('--email is missing')
    const url = serverOf(invocation, 1)
    const isInvited = invocation.options.invited === true
    const secrets = await readSecrets(invocation.terminal, [...(isInvited ? ['invitation'] : []), 'password'])
    const password = secrets.at(-1) ?? ''
    const invitation = isInvited && { invitation: (secrets[0] ?? '').trim() }
    await createApiClient({ url }).registerUser({ username, email, password, ...invitation })
    await storeLogin(invocation, { url, key: await keyFor({ url, user: username, password }) })
  },
}
