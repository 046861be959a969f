// Safari gives up on a canvas of more than 16.7 million pixels, and a phone has little memory to spare.
const mostPixels = 8_000_000

/** Scale that draws a page `width` pixels wide, or as wide as one canvas may be. */
export function canvasScale(
  page: { readonly width: number; readonly height: number },
  width: number,
): number {
  return Math.min(width / page.width, Math.sqrt(mostPixels / (page.width * page.height)))
}
