import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { LoadGenerator } from './load-generator.ts'
import { installed } from './machine.ts'
import {
  benchFile,
  freePort,
  type Server,
  startNodeServer,
  startOther,
  temporaryDirectory,
} from './processes.ts'

/** A caching proxy in front of the bare server. */
export interface Proxy {
  readonly name: string
  /** So many are in its cache, and asked for. */
  readonly users: number
  /** Starts it and asks for every user once. */
  readonly start: () => Promise<Server>
}

/** How one is started, if it is installed. */
interface Kind {
  readonly name: string
  readonly program: string
  readonly users: number
  readonly run: (program: string, directory: string, backend: number) => Promise<Server>
}

/** Asked of all. */
const USERS = 100_000
/** nginx answers from a file for each user, and is half as fast again with files that stay open: of so many users they can. */
const USERS_KEPT_OPEN = Math.min(USERS, Math.floor(openFilesMax() * 0.75))
/** On a machine that does much else. */
const FILL_SECONDS_MAX = 120
const FILL_ATTEMPTS = 3

const varnish: Kind = {
  name: 'varnish',
  program: 'varnishd',
  users: USERS,
  async run(program, directory, backend) {
    const port = await freePort()
    const own = ['-F', '-j', 'none', '-n', join(directory, 'varnish')]
    const where = ['-a', `127.0.0.1:${port}`, '-b', `127.0.0.1:${backend}`]
    const cache = ['-s', 'malloc,512m', '-t', '86400']
    const threads = ['-p', 'thread_pools=1', '-p', 'thread_pool_min=64', '-p', 'timeout_idle=65']
    return startOther([program, ...own, ...where, ...cache, ...threads], port)
  },
}

/** Returns the proxies that are installed, and the names of those that are missing. */
export function cachingProxies(): {
  readonly present: readonly Proxy[]
  readonly missing: ReadonlySet<string>
} {
  const present: Proxy[] = []
  const missing = new Set<string>()
  const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  const few = USERS_KEPT_OPEN < USERS ? [nginx(USERS_KEPT_OPEN)] : []
  for (const kind of [nginx(USERS), ...few, varnish]) {
    const program = installed(kind.program)
    if (program === undefined) missing.add(`${kind.program} is not installed`)
    else {
      const directory = temporaryDirectory(memory)
      const start = (): Promise<Server> => startFull(kind, program, directory)
      present.push({ name: kind.name, users: kind.users, start })
    }
  }
  return { present, missing }
}

function nginx(users: number): Kind {
  return {
    name: users === USERS ? 'nginx' : `nginx, ${users.toLocaleString('en')} users`,
    program: 'nginx',
    users,
    async run(program, directory, backend) {
      const port = await freePort()
      const configuration = nginxConfiguration({ directory, port, backend, users })
      await writeFile(join(directory, 'nginx.conf'), configuration)
      return startOther([program, '-p', directory, '-c', 'nginx.conf', '-e', 'error.log'], port)
    },
  }
}

/** As fast as it was seen: `sendfile` costs a fifth with bodies of 115 bytes, and keeping files open helps only if all stay so. */
function nginxConfiguration(where: {
  readonly directory: string
  readonly port: number
  readonly backend: number
  readonly users: number
}): string {
  const { directory, port, backend, users } = where
  const files =
    users > USERS_KEPT_OPEN
      ? 'open_file_cache off;'
      : `open_file_cache max=${users + 100} inactive=1d; open_file_cache_valid 1d;`
  return `daemon off; master_process off; worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${directory}/pid; error_log ${directory}/error.log crit;
worker_rlimit_nofile ${openFilesMax()};
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 65; sendfile off; ${files}
  client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy; fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
  proxy_cache_path ${directory}/cache keys_zone=tags:64m levels=1:2 inactive=1d max_size=2g use_temp_path=off;
  upstream backend { server 127.0.0.1:${backend}; keepalive 32; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_cache tags; proxy_cache_valid 200 1d;
    }
  }
}`
}

/**
 * Starts a proxy, asks for every user once and ends the server behind it: from then on an answer is a hit, and anything else a failure. What nginx
 * stores outlives it, so that it is filled once.
 */
async function startFull(
  { name, users, run }: Kind,
  program: string,
  directory: string,
): Promise<Server> {
  const backendFile = benchFile('servers/bare.ts')
  await using backend = await startNodeServer([backendFile], { MAX_AGE: '86400' }, 'load')
  const port = 'port' in backend.target ? backend.target.port : 0
  const server = await run(program, directory, port)
  await using generator = new LoadGenerator()
  const asked = { kind: 'get', users } as const
  const load = { asked, connections: 16, seconds: FILL_SECONDS_MAX, requestsMax: users }
  let { statuses } = await generator.run(server, load)
  // varnish refuses for a moment whatever is asked after a connection to the backend failed.
  for (let attempt = 1; statuses['200'] !== users; attempt += 1) {
    if (attempt === FILL_ATTEMPTS)
      throw new Error(`${name} cannot be filled: ${JSON.stringify(statuses)}`)
    ;({ statuses } = await generator.run(server, load))
  }
  return server
}

function openFilesMax(): number {
  const said = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim()
  return said === 'unlimited' ? 200_000 : Number(said)
}
