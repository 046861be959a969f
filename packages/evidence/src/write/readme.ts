/** `README.txt` of a bundle: what is inside and how to check it with other people's programs. */
export const BUNDLE_README = `云签证据包 Yunqian evidence bundle
================================

这是什么
  一份已签名文件及其全部证据：签名、证书、撤销状态、时间戳、登录记录、存证日志及其证明。
  不需要云签平台，也不需要联网，即可核验。

怎样核验（任选其一）
  1. yunqian verify bundle.zip --trust root.pem
     root.pem 请从您信任的渠道取得，不要使用本包内的根证书来信任本包。
  2. 用其他程序逐项核验：
     - manifest.json 列出每个文件的 SM3 与 SHA-256：  sha256sum <文件>
     - manifest.p7s 是对 manifest.json 的分离式 CMS 签名（SM2/SM3，ID 1234567812345678）
     - document/signed.pdf 是 PAdES 签名文件，其开头部分即 document/original.pdf
     - log/checkpoint.p7s 内为日志检查点；log/events.json 中每条记录按 RFC 8785 规范化后，
       叶哈希 = H(0x00 || 记录)，按 RFC 9162 §2.1.3.2 用 proofs 推得检查点中的根（SM3 与 SHA-256 各一）
     BouncyCastle 1.72 及以上可核验其中的 SM2 证书、CMS、OCSP、CRL 与时间戳。

What this is
  A signed document with all of its evidence: signatures, certificates, revocation status, timestamps, login record,
  and its events in an append-only log with proofs. It is checked without the platform and without a network.

How to check it (either)
  1. yunqian verify bundle.zip --trust root.pem
     Get root.pem from a source you trust; do not trust a bundle by the root inside it.
  2. Piece by piece with other programs:
     - manifest.json lists every file with SM3 and SHA-256:  sha256sum <file>
     - manifest.p7s is a detached CMS over manifest.json (SM2 with SM3, ID 1234567812345678)
     - document/signed.pdf is a PAdES file; it begins with the bytes of document/original.pdf
     - log/checkpoint.p7s holds the log's checkpoint; each record of log/events.json in its RFC 8785 form is a leaf
       H(0x00 || record), and its proofs lead to the checkpoint's roots by RFC 9162 section 2.1.3.2, once under SM3
       and once under SHA-256
     BouncyCastle 1.72 or newer verifies the SM2 certificates, CMS, OCSP, CRL and timestamps.

内置 CA 与密码模块未经认证（未认证）。 The built-in CA and module are not certified.
`
