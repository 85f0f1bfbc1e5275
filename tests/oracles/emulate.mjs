// One service of `emulate` on a loopback port of its own: `node emulate.mjs google`.
//
// It has each provider's endpoints on paths of its own; here they answer at the real ones
// as well, so that only scheme and host of a provider have to be replaced. What it serves
// is untouched. SEED (JSON) are its people, clients and data; ISSUER what it says it is.
import http from 'node:http'
import net from 'node:net'
import { createEmulator } from 'emulate'

const service = process.argv[2]
const paths = [
  [/^\/(token|revoke)(?=$|\?)/, '/oauth2/$1'],
  [/^\/[^/]+(\/oauth2\/v2\.0\/)/, '$1']
]

// Its issuer is its address, so it has to know its port beforehand.
const free = () => new Promise(resolve => {
  const probe = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address()
    probe.close(() => resolve(port))
  })
})
const port = await free()
const baseUrl = `http://127.0.0.1:${port}`

// It would listen on every address of the machine, and does not say when it does.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port) {
  this.once('listening', () => console.log(`ready ${baseUrl}`))
  return listen.call(this, port, '127.0.0.1')
}
const emit = http.Server.prototype.emit
http.Server.prototype.emit = function (name, request, ...more) {
  if (name === 'request') {
    for (const [real, own] of paths) request.url = request.url.replace(real, own)
  }
  return emit.call(this, name, request, ...more)
}

const seed = JSON.parse(process.env.SEED ?? '{}')
await createEmulator({ service, port, baseUrl: process.env.ISSUER ?? baseUrl, seed })
