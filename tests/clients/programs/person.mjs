// What a browser has and Node does not: somebody who answers. `node --import` reads this
// before a program. A question is a line of `? `, its answer the next line that comes.
import fs from 'node:fs'

const SITE = 'https://switchboard.example'

globalThis.prompt = question => {
  fs.writeSync(1, `? ${question}\n`)
  const typed = Buffer.alloc(1)
  let answer = ''
  while (fs.readSync(0, typed) && typed[0] !== 10) answer += typed.toString('latin1')
  return answer
}
globalThis.alert = words => console.log(`! ${words}`)

// The site of the guide is the one of the test.
const fetch = globalThis.fetch
globalThis.fetch = async request => {
  const { method, headers, signal } = request
  const body = method === 'GET' ? undefined : await request.text()
  return fetch(request.url.replace(SITE, process.env.SITE), { method, headers, signal, body })
}
