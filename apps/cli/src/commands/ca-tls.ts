import { parseArgs } from 'node:util'
import { readConfig, renewCaTls } from '@yunqian/server'
import { refuse } from './refusal.ts'

const usage = `用法 usage: yunqian ca-tls [--data FOLDER] [--renew] [--peer NAME --out FOLDER]
  在 CA 主机上执行：尚无内部 TLS 根与服务端证书时创建；--renew 换发服务端证书；--peer 为一个对端签发证书，写入 --out，再安全地移到该主机的 keys/tls。
  On the CA's host: creates the internal TLS authority and server certificate where there are none; --renew makes the
  server's anew; --peer certifies a peer into --out, to be carried to that host's keys/tls. Internal, not a public trust.
`

/** `yunqian ca-tls`: the certificates by which our own processes know each other. */
export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  if (!options) {
    process.stderr.write(usage)
    return 64
  }
  try {
    const { data, renew, peer } = options
    const config = readConfig(process.env, data ? { dataFolder: data } : {})
    await renewCaTls(config, { renew, ...(peer ? { peer } : {}) })
    process.stdout.write(
      peer
        ? `已签发 ${peer.name}，见 certified ${peer.name}, see ${peer.folder}\n`
        : `内部 TLS 已就绪，重启 CA 后生效 internal TLS is ready; restart the CA to use it\n`,
    )
    return 0
  } catch (error) {
    return refuse(error)
  }
}

function readOptions(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        renew: { type: 'boolean', default: false },
        peer: { type: 'string' },
        out: { type: 'string' },
      },
    })
    const { data, renew, peer: name, out: folder } = values
    if ((name === undefined) !== (folder === undefined)) return undefined
    if (name !== undefined && !/^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/.test(name)) return undefined
    const peer = name !== undefined && folder !== undefined ? { name, folder } : undefined
    return { data, renew, peer }
  } catch {
    return undefined
  }
}
