import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
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

/** A caching proxy that may be installed. */
interface Proxy {
  readonly name: string
  readonly program: string
  start(program: string, directory: string, backend: number): Promise<Server>
}

/** nginx keeps a file open for each user that is asked often; a limit of open files bounds how many that can be. */
export const PROXIED_USERS = Math.min(100_000, Math.floor(openFilesMax() * 0.75))

const nginx: Proxy = {
  name: 'nginx proxy_cache',
  program: 'nginx',
  async start(program, directory, backend) {
    const port = await freePort()
    await writeFile(join(directory, 'nginx.conf'), nginxConfiguration(directory, port, backend))
    return startOther([program, '-p', directory, '-c', 'nginx.conf', '-e', 'error.log'], port)
  },
}

function nginxConfiguration(directory: string, port: number, backend: number): string {
  return `daemon off; master_process off; worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${directory}/pid; error_log ${directory}/error.log crit;
worker_rlimit_nofile ${openFilesMax()};
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 65; sendfile on; tcp_nopush on;
  client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy; fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
  proxy_cache_path ${directory}/cache keys_zone=tags:64m levels=1:2 inactive=1d max_size=2g use_temp_path=off;
  open_file_cache max=${PROXIED_USERS + 100} inactive=1d; open_file_cache_valid 1d;
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

const varnish: Proxy = {
  name: 'varnish',
  program: 'varnishd',
  async start(program, directory, backend) {
    const port = await freePort()
    const own = ['-F', '-j', 'none', '-n', join(directory, 'varnish')]
    const where = ['-a', `127.0.0.1:${port}`, '-b', `127.0.0.1:${backend}`]
    const cache = ['-s', 'malloc,512m', '-t', '86400']
    const threads = ['-p', 'thread_pools=1', '-p', 'thread_pool_min=64', '-p', 'timeout_idle=65']
    return startOther([program, ...own, ...where, ...cache, ...threads], port)
  },
}

/** Returns the proxies that are installed, each with how to start it full, and the names of those that are missing. */
export function cachingProxies(): {
  readonly present: ReadonlyMap<string, () => Promise<Server>>
  readonly missing: readonly string[]
} {
  const present = new Map<string, () => Promise<Server>>()
  const missing: string[] = []
  for (const proxy of [nginx, varnish]) {
    const program = installed(proxy.program)
    if (program === undefined) missing.push(`${proxy.name}: ${proxy.program} is not installed`)
    else present.set(proxy.name, () => startFull(proxy, program))
  }
  return { present, missing }
}

/** Starts a proxy in front of the bare server, and asks for every user once. */
async function startFull(proxy: Proxy, program: string): Promise<Server> {
  const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  const directory = temporaryDirectory(memory)
  const backend = await startNodeServer([benchFile('servers/bare.ts')], { MAX_AGE: '86400' })
  const port = 'port' in backend.target ? backend.target.port : 0
  const server = await proxy.start(program, directory, port)
  await using generator = new LoadGenerator()
  await generator.run(server, {
    asked: { kind: 'get', users: PROXIED_USERS },
    connections: 16,
    seconds: 60,
    requestsMax: PROXIED_USERS,
  })
  await backend[Symbol.asyncDispose]()
  return {
    ...server,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function openFilesMax(): number {
  const said = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim()
  return said === 'unlimited' ? 200_000 : Number(said)
}
