export { freePort } from '../../infra/local/free-port.ts'
