import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeCertificates } from '../../src/devcluster/server/tls.ts'
import { answers, ended, freePort } from './server.ts'

/** Debian's `nginx`, where it is installed; tests say that they were skipped where it is not. */
export const hasNginx: boolean = spawnSync('nginx', ['-v']).status === 0

export interface RunningNginx {
  /** `http://127.0.0.1:<port>`: `/charts/` is open, `/private/` needs the login, `/moved/` leads to the other server. */
  readonly http: string
  /** `https://127.0.0.1:<port>`: `/charts/` and `/private/` as above. */
  readonly https: string
  /** PEM of the authority of the TLS server's certificate. */
  readonly ca: string
  /** The folder of `/charts/` and `/private/`. */
  readonly charts: string
  /** Every request so far: scheme, path, status, and whether it carried a login. */
  requests(): readonly string[]
  stop(): Promise<void>
}

/** The user: `ann`, password `secret`; the password's SHA-1 is what nginx's `auth_basic` reads. */
export const nginxLogin = { username: 'ann', password: 'secret' } as const
const htpasswd = 'ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n'

/** Starts an nginx of its own on loopback that serves one folder over HTTP and TLS. */
export async function startNginx(home: string): Promise<RunningNginx> {
  const [plain, secure] = [await freePort(), await freePort()]
  const charts = join(home, 'charts')
  for (const dir of [charts, join(home, 'temp')]) mkdirSync(dir, { recursive: true })
  const { ca, cert, key } = makeCertificates(['127.0.0.1', 'localhost'])
  for (const [name, text] of Object.entries({ htpasswd, 'cert.pem': cert, 'key.pem': key })) {
    writeFileSync(join(home, name), text, { mode: name === 'key.pem' ? 0o600 : 0o644 })
  }
  const places = `
    location /charts/ { alias ${charts}/; }
    location /private/ { alias ${charts}/; auth_basic charts; auth_basic_user_file ${home}/htpasswd; }`
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  // Started by root, nginx would serve as a user who may not read here.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const config = `
${user}
daemon off;
pid ${home}/nginx.pid;
error_log ${home}/error.log;
events {}
http {
  ${temps.map((name) => `${name}_temp_path ${home}/temp/${name};`).join(' ')}
  log_format short '$scheme $request_uri $status $http_authorization';
  access_log ${home}/access.log short;
  gzip on; gzip_types *; gzip_min_length 1;
  server { listen 127.0.0.1:${plain};${places}
    location /moved/ { rewrite ^/moved/(.*)$ https://127.0.0.1:${secure}/charts/$1 redirect; }
    location /closed/ { rewrite ^/closed/(.*)$ https://127.0.0.1:${secure}/private/$1 redirect; }
    location /circle/ { return 302 /circle/; }
  }
  server { listen 127.0.0.1:${secure} ssl; ssl_certificate ${home}/cert.pem; ssl_certificate_key ${home}/key.pem;${places}
  }
}
`
  writeFileSync(join(home, 'nginx.conf'), config)
  const child = spawn('nginx', ['-p', home, '-e', join(home, 'error.log'), '-c', join(home, 'nginx.conf')], {
    stdio: 'ignore',
  })
  const http = `http://127.0.0.1:${plain}`
  await answers(`${http}/started`, child)
  return {
    http,
    https: `https://127.0.0.1:${secure}`,
    ca,
    charts,
    requests: () =>
      readFileSync(join(home, 'access.log'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.replace(/Basic \S+$/, 'login').replace(/ -$/, '')),
    stop: () => ended(child),
  }
}
