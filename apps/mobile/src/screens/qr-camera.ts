interface Detector {
  detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>
}
type DetectorClass = new (options: { formats: string[] }) => Detector

/**
 * Looks through the rear camera until `found` has been told a text once; throws when there is no camera.
 * The browser's own detector is used where there is one, our bundled decoder elsewhere.
 */
export async function watchForQr(
  video: HTMLVideoElement,
  found: (text: string) => void,
): Promise<() => void> {
  if (!navigator.mediaDevices) throw new Error('no camera')
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 } },
  })
  let running = true
  const stop = () => {
    running = false
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
  video.srcObject = stream
  await video.play()
  const read = await reader()
  let last = ''
  const look = async () => {
    if (!running) return
    const text = await read(video)
    // The same code is told once: a refused one stays in view and must not be asked for again and again.
    if (running && text && text !== last) {
      last = text
      found(text)
    }
    setTimeout(() => void look(), 150)
  }
  void look()
  return stop
}

async function reader(): Promise<(video: HTMLVideoElement) => Promise<string | undefined>> {
  const native = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector
  if (native) {
    const detector = new native({ formats: ['qr_code'] })
    return async (video) => {
      const codes = await detector.detect(video).catch(() => [])
      return codes[0]?.rawValue
    }
  }
  const { default: jsQr } = await import('jsqr')
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  return async (video) => {
    if (video.videoWidth === 0) return undefined
    const scale = Math.min(1, 720 / video.videoWidth)
    canvas.width = video.videoWidth * scale
    canvas.height = video.videoHeight * scale
    context.drawImage(video, 0, 0, canvas.width, canvas.height)
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height)
    return jsQr(data, width, height, { inversionAttempts: 'dontInvert' })?.data
  }
}
