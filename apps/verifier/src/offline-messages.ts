/** The words about the page in one file, here and in it. */
export const offlineZh = {
  offlineTitle: '离线验签页',
  offlineWhy:
    '不必信任本页：下载这一个文件，断开网络，在自己的电脑上用浏览器打开它核对。它不联网，也不自带任何信任的根证书，由您自己给出。',
  offlineDownload: '下载离线验签页（{size} MB）',
  offlineCompare:
    '下载后请比对摘要。摘要最好从别处取得，例如在源代码目录里运行下面的命令，它自己构建并打印：',
  offlineCli: '或者用命令行核对，结论相同：',
  offlineHere: '这是离线验签页：不联网，不自带信任的根证书。',
  offlineRootFirst:
    '请先选择您信任的根证书。根证书应从您信任的渠道取得并比对摘要；没有根证书，结论最多为「无法确定」。',
  copyDigest: '复制 {name} 摘要',
} as const

export const offlineEn: Record<keyof typeof offlineZh, string> = {
  offlineTitle: 'The offline page',
  offlineWhy:
    'You need not trust this page: download this one file, cut the network and open it in a browser on your own computer. It uses no network and brings no trusted root of its own; you give it yours.',
  offlineDownload: 'Download the offline page ({size} MB)',
  offlineCompare:
    'Compare its digest after the download, best with one from elsewhere: this command in a copy of the source builds the page itself and prints the digests:',
  offlineCli: 'Or check on the command line, with the same verdicts:',
  offlineHere: 'This is the offline page: it uses no network and brings no trusted root.',
  offlineRootFirst:
    'Choose the root certificate you trust first. Get it from a source you trust and compare its digest; without a root the answer is at best “indeterminate”.',
  copyDigest: 'Copy the {name} digest',
}
