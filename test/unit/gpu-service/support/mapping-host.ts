import { mappedGraph } from '../../../../gpu-service/engine/mapped-graph.ts'

/** A process that has a graph mapped by another that never ends, and writes its number into the file. */
const [path = ''] = process.argv.slice(2)
const endless = 'fs.writeFileSync(process.argv[1], String(process.pid)); setInterval(() => {}, 1000)'
await mappedGraph({ path, sizeBytesMin: 0, command: ['-e', endless] })
