import { mappedGraph } from '../../../../gpu-service/engine/mapped-graph.ts'

/** A process that starts a graph mapping that never ends; the mapping process writes its pid into the file. */
const [path = ''] = process.argv.slice(2)
const endless = 'fs.writeFileSync(process.argv[1], String(process.pid)); setInterval(() => {}, 1000)'
await mappedGraph({ path, sizeBytesMin: 0, partial: `${path}.partial`, command: ['-e', endless] })
