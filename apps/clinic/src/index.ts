import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import Fastify from 'fastify'
import type { ClinicConfig } from './config.ts'
import { ClinicError, shownProblem } from './errors.ts'
import { keepCollecting } from './collect-signings.ts'
import { openPlatform } from './platform.ts'
import { loginRoutes, signingRoutes, visitRoutes } from './routes.ts'
import type { Deps } from './sign-record.ts'
import { openStore } from './store.ts'

export { type ClinicConfig, clinicConfigFrom } from './config.ts'

const pages = join(fileURLToPath(new URL('..', import.meta.url)), 'dist')
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

/** Starts the clinic on its own origin; the platform is reached only through its public API. */
export async function startClinic(
  config: ClinicConfig,
  options: { readonly fetch?: typeof globalThis.fetch; readonly now?: () => Date } = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  const store = openStore(config.dataFolder)
  const platform = openPlatform({
    url: config.platformUrl,
    applicationKey: config.applicationKey,
    ...(options.fetch && { fetch: options.fetch }),
  })
  const deps: Deps = { store, platform, config, now: options.now ?? (() => new Date()) }
  const app = Fastify({ bodyLimit: 256 * 1024, forceCloseConnections: true })

  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': request.url.startsWith('/api/') ? 'no-store' : 'no-cache',
    })
    // A browser says where a changing request comes from; a form on another site must not act as the doctor.
    const { origin, host } = request.headers
    if (request.method !== 'GET' && origin !== undefined && !origin.endsWith(`//${host}`))
      throw new ClinicError('clinic.foreign-origin')
  })
  app.setErrorHandler((error, request, reply) => {
    const { status, ...problem } = shownProblem(error)
    if (status === 500)
      console.error(`clinic: ${request.method} ${request.routeOptions.url}`, error)
    return reply.code(status).send(problem)
  })
  app.get('/healthz', async () => ({ status: 'ok' }))
  loginRoutes(app, deps)
  visitRoutes(app, deps)
  signingRoutes(app, deps)
  if (existsSync(pages)) await app.register(fastifyStatic, { root: pages })
  app.setNotFoundHandler(() => {
    throw new ClinicError('clinic.unknown')
  })
  const collecting = keepCollecting(deps)
  app.addHook('onClose', async () => {
    await collecting.stop()
    store.close()
  })

  await app.listen({ host: config.host, port: config.port })
  const { port } = app.server.address() as AddressInfo
  return { url: `http://${config.host}:${port}`, stop: () => app.close() }
}
