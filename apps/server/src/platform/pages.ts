import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { HttpApp } from './http/index.ts'

// Where each page lives, and the folder its build leaves.
const pages = { m: 'mobile', console: 'console', verify: 'verifier' } as const

/** Serves the built pages, and a landing page that leads to them. */
export async function mountPages(app: HttpApp): Promise<void> {
  for (const [path, name] of Object.entries(pages)) {
    const root = fileURLToPath(new URL(`../../../${name}/dist`, import.meta.url))
    if (!existsSync(root)) continue
    await app.server.register(fastifyStatic, {
      root,
      prefix: `/${path}/`,
      decorateReply: false,
      // Built files carry a hash of their content in their names; the page itself must be asked for again.
      setHeaders: (reply, file) => {
        const kept = /-[\w-]{8,}\.\w+$/.test(file)
        void reply.header(
          'cache-control',
          kept ? 'public, max-age=31536000, immutable' : 'no-cache',
        )
        // Made to be opened from a disk; under this server's own policy it could not run.
        if (file.endsWith('-offline.html')) void reply.header('content-disposition', 'attachment')
      },
    })
    app.server.get(`/${path}`, (_request, reply) => reply.redirect(`/${path}/`))
  }
  app.server.get('/', (_request, reply) =>
    reply.header('content-type', 'text/html; charset=utf-8').send(landing),
  )
}

const landing = `<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>云签 Yunqian</title>
<style>
body{font:17px/1.6 "PingFang SC","HarmonyOS Sans","Noto Sans SC",system-ui,sans-serif;color:#0f172a;max-width:36rem;margin:12vh auto;padding:0 24px}
h1{font-size:24px;margin:0 0 8px}p{color:#475569;margin:0 0 32px}
a{display:block;padding:16px;margin:0 0 8px;border:1px solid #e2e8f0;border-radius:8px;color:#0f766e;text-decoration:none}
a:focus-visible{outline:2px solid #0f766e;outline-offset:2px}small{color:#64748b;display:block}
@media(prefers-color-scheme:dark){body{background:#0b1220;color:#e2e8f0}p,small{color:#94a3b8}a{border-color:#1e293b;color:#5eead4}}
</style>
<h1>云签 Yunqian</h1>
<p>社康移动证书、登录与电子签名。内置 CA 与密码模块未经认证。<br>Mobile certificates and signatures. The built-in CA and module are not certified.</p>
<a href="/m/">手机端<small>Phone: certificate, login, signing</small></a>
<a href="/console/">管理台<small>Console: people, centres, applications, audit</small></a>
<a href="/verify/">公开验签<small>Verification, without login</small></a>
<a href="/reference">接口参考<small>API reference, OpenAPI 3.1</small></a>
</html>`
