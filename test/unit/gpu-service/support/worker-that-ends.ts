import { serveRequests } from '../../../../gpu-service/engine/serve-requests.ts'
import { Sessions } from '../../../../gpu-service/engine/sessions.ts'

/** The real worker, except that it exits on the input 666 and is killed on 667. */
const sessions = new Sessions({ device: 'cpu', intraOpThreads: 1, loneThreads: 1, mapBytesMin: 2 ** 30 }, [''])
await serveRequests(async (request, inputs) => {
  const isGiven = (number: number) =>
    request.kind === 'run' && Object.values(inputs).some(({ data }) => data[0] === number)
  if (isGiven(666)) process.exit(7)
  if (isGiven(667)) process.kill(process.pid, 'SIGKILL')
  return sessions.handle(request, inputs)
})
